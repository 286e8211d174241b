"""The summary on a terminal: one screen, whatever happens."""
import itertools
import textwrap
import unicodedata

WIDTH, HEIGHT = 79, 24
INDENT = " " * 10


def plain(text):
    """One line that does nothing to a terminal or a log: what is no printable character
    is written \\xHH, \\uHHHH; so is what CI systems obey, as conformance/base/print.h
    has it: a `::` at its beginning, the second of two `#`."""
    out, text = [], str(text)
    first = len(text) - len(text.lstrip(" "))
    for i, character in enumerate(text):
        obeyed = (text[max(0, i - 1):i + 1] == "##"
                  or i == first and text[i:i + 2] in (":", "::"))
        if character.isprintable() and not obeyed:
            out.append(character)
        else:
            code = ord(character)
            out.append(f"\\x{code:02X}" if code < 0x100 else f"\\u{code:04X}")
    return "".join(out)


def columns(character):
    if unicodedata.combining(character):
        return 0
    return 2 if unicodedata.east_asian_width(character) in "WF" else 1


def wide(text):
    """Columns that it takes on a terminal."""
    return sum(map(columns, text))


def cut(text, width):
    text = plain(text)
    if wide(text) <= width:
        return text
    ends = itertools.accumulate(map(columns, text))
    return text[:sum(end <= width - 3 for end in ends)] + "..."


def folded(text, width, most):
    """TEXT in MOST lines at most, none of a command's words cut, or None."""
    found = textwrap.wrap(plain(text), width, break_long_words=False, break_on_hyphens=False)
    return found if len(found) <= most and all(wide(line) <= width for line in found) else None


def passed_lines(outcome, with_note):
    mark = f"  pass  {outcome.step.title}"
    note = outcome.found if with_note else ""
    room = WIDTH - wide(mark) - 2
    if note and room >= 12:
        mark += f"  {cut(note, room)}" if wide(note) <= room else ""
    return [cut(mark, WIDTH)]


def failed_lines(outcome, is_long):
    """What it found and what to do; or, where there are many, its title alone."""
    lines = [cut(f"  FAIL  {outcome.step.title}", WIDTH)]
    if not is_long:
        return lines
    lines.append(cut(f"{INDENT}{outcome.found}", WIDTH))
    then = folded(f"then: {outcome.then}", WIDTH - len(INDENT), 3) if outcome.then else None
    if then is None:
        then = [f"then: read {outcome.log}"] if outcome.log else []
    return lines + [f"{INDENT}{line}" for line in then]


def body(outcomes, room):
    """ROOM lines at most: first all at length; then passed ones in one line, then
    failed ones shorter from the last, then only as many as there is room for."""
    failed = [one for one in outcomes if not one.passed]
    passed = [one for one in outcomes if one.passed]
    whole = [line for one in outcomes
             for line in (passed_lines(one, True) if one.passed else failed_lines(one, True))]
    if len(whole) <= room:
        return whole
    tail = [f"  pass  {len(passed)} others"] if passed else []
    room -= len(tail)
    texts = [failed_lines(one, True) for one in failed]
    for i in reversed(range(len(texts))):
        if sum(map(len, texts)) <= room:
            break
        texts[i] = texts[i][:1]
    lines = [line for text in texts for line in text]
    if len(lines) > room:
        left = len(failed) - (room - 1)
        lines = lines[:room - 1] + [f"  FAIL  {left} more"]
    return lines + tail


def summary(name, outcomes, ends, verdict):
    """ENDS: lines below the steps, that name files; VERDICT: the last line."""
    shown = [one for one in outcomes if not (one.passed and one.step.quiet)]
    ends = [cut(line, WIDTH) for line in ends]
    head = [cut(f"gate: {name}", WIDTH)]
    room = HEIGHT - 1 - len(head) - len(ends) - 1  # the prompt after it wants a line
    return "\n".join(head + body(shown, room) + ends + [cut(verdict, WIDTH)])
