/* The style and the script of all pages, as they stand in reports/page/. */
    .section .rodata
    .global page_css_begin, page_css_end, page_js_begin, page_js_end
page_css_begin:
    .incbin "page.css"
page_css_end:
page_js_begin:
    .incbin "page.js"
page_js_end:
    .section .note.GNU-stack, "", %progbits
