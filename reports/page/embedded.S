/* The files of this folder, as `page_files` (page.h): templates, style, script. */
    .macro embed path
    .pushsection .rodata
name\@:
    .asciz "\path"
begin\@:
    .incbin "\path"
end\@:
    .popsection
    .dc.a name\@, begin\@, end\@
    .endm

    .section .data.rel.ro, "aw", %progbits
    .balign 16
    .global page_files
page_files:
    embed page.css
    embed page.js
    embed head.html
    embed foot.html
    embed marked.html
    embed sides.html
    embed page.html
    embed verdict.html
    embed part.html
    embed matrix.html
    embed clause.html
    embed cases.html
    embed options.html
    embed case.html
    embed exchange.html
    embed finding.html
    embed log.html
    embed latency.html
    embed times.html
    embed plot.html
    embed fuzz.html
    embed bar.html
    embed coverage.html
    embed covered.html
    embed percent.html
    embed skipped.html
    embed reasons.html
    embed diff.html
    embed diff_case.html
    embed diff_change.html
    embed diff_group.html
    embed diff_groups.html
    embed diff_latency.html
    .dc.a 0, 0, 0
    .section .note.GNU-stack, "", %progbits
