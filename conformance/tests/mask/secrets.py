"""Ways in which a secret may stand in a text, written apart from the mask itself."""
import base64
import functools
import re
import urllib.parse


def swapped(text):
    """The digits of each pair exchanged, as a SIM keeps numbers."""
    padded = text + "F" * (len(text) % 2)
    return "".join(padded[i + 1] + padded[i] for i in range(0, len(padded), 2))


def base64_cores(data):
    """What of the base64 of `data` does not depend on the bytes around it."""
    cores = []
    for before in range(3):
        text = base64.b64encode(b"\0" * before + data).decode().rstrip("=")
        first = (8 * before + 5) // 6
        last = (8 * (before + len(data))) // 6
        cores.append(text[first:last])
    return cores


def forms(secret):
    data = secret.encode()
    digits = data.hex()
    out = {"as it is": secret, "hex": digits, "hex with spaces": " ".join(
        digits[i:i + 2] for i in range(0, len(digits), 2)),
           "UCS-2": "".join(f"00{byte:02x}" for byte in data),
           "UTF-16": "\0".join(secret),
           "percent": "".join(f"%{byte:02x}" for byte in data),
           "quoted": urllib.parse.quote(secret, safe=""),
           "escapes": "".join(f"\\x{byte:02x}" for byte in data),
           "JSON": "".join(f"\\u{byte:04x}" for byte in data)}
    for number, core in enumerate(base64_cores(data)):
        if len(core) >= 6:
            out[f"base64 {number}"] = core
    if secret.isdigit() and len(secret) >= 7:
        out["exchanged"] = swapped(secret).rstrip("Ff")
    return out


def item_text(text):
    """The bytes of all items of a transcript, joined a side: cuts between items go."""
    sides = {">": [], "<": []}
    for line in text.split("\n"):
        match = re.match(r"([<>])([<>=]?)(?: (.*))?$", line)
        if not match:
            continue
        mark, kind, rest = match.group(1), match.group(2), match.group(3) or ""
        if kind == "":
            ends = ("\r\n", "\r\n") if mark == "<" else ("", "\r")
            value = ends[0] + rest.replace("{{", "{") + ends[1]
        elif kind == "=" and rest.startswith("hex"):
            value = bytes.fromhex(rest[3:]).decode("latin-1")
        else:
            quoted = rest[rest.index('"') + 1:rest.rindex('"')]
            value = re.sub(r'\\(x..|.)', unescape, quoted)
        sides[mark].append(value)
    return "".join(sides[">"]), "".join(sides["<"])


def unescape(match):
    word = match.group(1)
    if len(word) == 3:
        return chr(int(word[1:], 16))
    return {"r": "\r", "n": "\n", "t": "\t", "0": "\0", "e": "\x1b"}.get(word, word)


@functools.lru_cache(4)
def readings(text):
    """A transcript as a search may read it, in lower case."""
    sent, received = item_text(text)
    received = re.sub(r"\+HTTPREAD: DATA,\d+\r\n", "", received)
    joined = re.sub(r"\r\n(\+CREG: \d\r\n)?|\+(CREG|XURC): \d", "", received)
    spaced = re.sub(r"(?<=\d)[-. ](?=\d)", "", text)
    return [place.lower() for place in (text, sent, received, joined, spaced)]


def survivors(secret, text):
    """The forms of the secret that are in a masked transcript."""
    return [name for name, form in forms(secret).items()
            if any(form.lower() in place for place in readings(text))]
