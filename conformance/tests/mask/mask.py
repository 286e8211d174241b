#!/usr/bin/env python3
"""atproof record --mask: recordings with secrets, and whether any is left.

    mask.py ATPROOF

A table of recordings; then, for each place that the catalogue of each dialect marks,
a secret planted with odd spacing and cuts. secrets.py looks for what is left.
"""
import itertools
import json
import re
import subprocess
import sys

import secrets

ATPROOF = sys.argv[1]
PASSED, FAILED = [], []
BLOCKS = '{"token":"blocktok', '77", "t":"an apnp', 'assw here"}'
PEM = "MIIEvQIBADANBgkqhkiG9w0BAQEFAASCBKcwggSj"


def check(name, expected, seen):
    (PASSED if expected == seen else FAILED).append(name)
    if expected != seen:
        print(f"{name}\n  expected: {expected!r}\n  seen:     {seen!r}")


def mask(text, dialect="auto"):
    done = subprocess.run([ATPROOF, "record", "--dialect", dialect, "--from", "/dev/stdin",
                           "--mask", "-o", "-"], input=text, text=True, capture_output=True,
                          check=False)
    return done.returncode, done.stdout, done.stderr


# name, header and recording, secrets, what stays
TABLE = [
    ("sapbr", '> AT+SAPBR=3,1,"PWD","sapbrpw1"\n< OK\n> AT+SAPBR=3,1,"USER","sapbrusr"\n< OK\n'
     '> AT+SAPBR=3,1,"APN","internet"\n< OK\n',
     ["sapbrpw1", "sapbrusr"], ['"PWD"', '"USER"', '"internet"', "=3,1,"]),
    ("spaces", '> AT+CGAUTH = 1 , 1 , "apnpassw" , "apnuserx"\n< OK\n'
     '> at + cpin = 47110815\n< OK\n',
     ["apnpassw", "apnuserx"], ["AT+CGAUTH = 1 , 1 , "]),
    ("no-quotes", "> AT+CGAUTH=1,1,apnpassw,apnuserx\n< OK\n", ["apnpassw", "apnuserx"], []),
    ("open-quote", '> AT+CGAUTH=1,1,"apnpassw\n< ERROR\n', ["apnpassw"], []),
    ("tabs", '>> "AT+CPIN=\\t\\"47110815\\"\\r"\n< OK\n', ["47110815"], []),
    ("backspace", '>> "AT+CPIN=4711x\\x080815\\r"\n< OK\n', ["47110815", "4711x"], []),
    ("backspace-again", '>> "AT+CPIN=4711x\\x080815\\r"\n< OK\n> ATI\n< code 47110815\n< OK\n',
     ["47110815"], ["code "]),
    ("pieces", '>> "AT+CGAU"\n>> "TH=1,1,\\"apnp"\n>> "assw\\",\\"apnuserx\\"\\r"\n< OK\n',
     ["apnpassw", "apnuserx"], []),
    ("several", '> ATE0;+CPIN=47110815;+QICSGP=1,1,"net","apnuserx","apnpassw",1\n< OK\n',
     ["47110815", "apnuserx", "apnpassw"], ['"net"']),
    ("psk", '> AT+QSSLCFG="psk",0,"deviceid1","0123456789abcdef"\n< OK\n'
     '> AT+QSSLCFG="psk",1,"00112233445566778899aabbccddeeff"\n< OK\n',
     ["deviceid1", "0123456789abcdef", "00112233445566778899aabbccddeeff"], ['"psk",0,']),
    ("echo", '> AT+CPIN=47110815\n<< "AT+CPIN=47110815\\r"\n< OK\n', ["47110815"], []),
    ("echo-in-capitals", '> at+qicsgp=1,1,"n","apnuserx","apnpassw",1\n'
     '<< "AT+QICSGP=1,1,\\"N\\",\\"APNUSERX\\",\\"APNPASSW\\",1\\r"\n< OK\n',
     ["apnuserx", "apnpassw"], []),
    ("imei-cut", '> AT+CGSN\n< 4901542\n< +CREG: 1\n< 03237518\n< OK\n',
     ["490154203237518", "4901542", "03237518"], ["+CREG: 1"]),
    ("imei-cut-by-glued-urc", '> AT+CGSN\n<< "\\r\\n4901542+CREG: 1\\r\\n03237518\\r\\n"\n< OK\n',
     ["490154203237518"], []),
    ("imei-cut-by-unknown-urc", '> AT+CGSN\n<< "\\r\\n4901542+XURC: 1\\r\\n03237518\\r\\n"\n< OK\n',
     ["490154203237518", "4901542", "03237518"], ["+XURC: 1"]),
    ("imei-cut-twice", '> AT+CGSN\n< 4901\n< +CREG: 1\n< 542032\n< +CREG: 2\n< 37518\n< OK\n',
     ["490154203237518", "542032"], []),
    ("imei-cut-by-host", '> AT+CGSN\n<< "\\r\\n490154"\n>> "AT+CSQ\\r"\n<< "203237518\\r\\n"\n'
     '< OK\n< +CSQ: 23,0\n< OK\n', ["490154203237518"], ["+CSQ: 23,0"]),
    ("iccid-cut", '> AT+CCID\n< +CCID: 8949012345\n< +CREG: 1\n< 678901234\n< OK\n',
     ["8949012345678901234"], []),
    ("string-cut", '> AT+QICSGP=1\n<< "\\r\\n+QICSGP: 1,\\"n\\",\\"apnu"\n< +CREG: 1\n'
     '<< "serx\\",\\"apnpassw\\",1\\r\\n"\n< OK\n', ["apnuserx", "apnpassw"], []),
    ("dashes", "> ATI\n< IMEI 49-015420-323751-8\n< OK\n> AT+CGSN\n< 490154203237518\n< OK\n",
     ["490154203237518"], []),
    ("crsm-iccid", '> AT+CRSM=176,12258,0,0,10\n< +CRSM: 144,0,"98942143658709214365"\n< OK\n'
     "> AT+CCID\n< +CCID: 89491234567890123456\n< OK\n",
     ["89491234567890123456", "98942143658709214365"], ["+CRSM: 144,0,"]),
    ("crsm-imsi", '> AT+CRSM=176,28423,0,0,9\n< +CRSM: 144,0,"082926109178563412"\n< OK\n',
     ["262011987654321", "926109178563412"], ['"08']),
    ("imsi", "> AT+CIMI\n< 262011987654321\n< OK\n", ["262011987654321"], ["00101"]),
    ("several-identities", "> AT+CGSN;+CIMI;+CCID\n< 490154203237518\n< 262011987654321\n"
     "< +CCID: 8949012345678901234\n< OK\n",
     ["490154203237518", "262011987654321", "8949012345678901234"], []),
    ("ucs2", '> AT+CNUM\n< +CNUM: "","002B003400390031003700300031003200330034003500360037",145\n'
     '< OK\n', ["491701234567"], [",145"]),
    ("ucs2-again", '> AT+CNUM\n'
     '< +CNUM: "","002B003400390031003700300031003200330034003500360037",145\n'
     '< OK\n> ATI\n< call 491701234567\n< OK\n', ["491701234567"], ["call "]),
    ("url", '> AT+HTTPPARA="URL","https://alicia:s3cretpw@h.example:8/p?id=5&token=tok12345'
     '&sig=sig-98765&n=1&X-Amz-Signature=cafe0123"\n< OK\n',
     ["alicia", "s3cretpw", "tok12345", "sig-98765", "cafe0123"],
     ["@h.example:8/p?id=5&token=", "&n=1&"]),
    ("url-encoded", '> AT+HTTPPARA="URL","http://h/p?token=a%2Fb%3D12345&n=1"\n< OK\n',
     ["a%2Fb%3D12345", "a/b=12345"], ["&n=1"]),
    ("headers", '> AT+HTTPPARA="USERDATA","X-Api-Key: apikey1234"\n< OK\n'
     '> AT+HTTPPARA="USERDATA","Cookie: sid=cookie99; Path=/"\n< OK\n'
     '> AT+HTTPPARA="USERDATA","Accept: */*\\r\\nProxy-Authorization: Bearer bearer12345"\n< OK\n'
     '> AT+QHTTPCFG="requestheader","x-device-secret: devsecret1"\n< OK\n'
     '> AT+SHAHEAD="My-Auth-Thing","shahead123"\n< OK\n',
     ["apikey1234", "cookie99", "bearer12345", "devsecret1", "shahead123"],
     ["X-Api-Key: ", "Accept: */*", "Bearer ", "Path=/"]),
    ("basic", '> AT+HTTPPARA="USERDATA","Authorization: Basic YWxpY2lhOnMzY3JldHB3"\n< OK\n'
     '> AT+HTTPPARA="URL","http://alicia:s3cretpw@h/"\n< OK\n',
     ["YWxpY2lhOnMzY3JldHB3", "alicia", "s3cretpw"], ["Basic "]),
    ("unknown-command", '> AT+XLOGIN="password","unknownpw1"\n< OK\n'
     '> AT+XCFG="devicesecret",3,"unknownsec"\n< OK\n', ["unknownpw1", "unknownsec"], []),
    ("httpdata", '> AT+HTTPDATA=79,10\n< DOWNLOAD\n'
     '>> "{\\"password\\": \\"jsonpass1\\", \\"n\\": 5, \\"api_key\\":\\"jsonkey12\\", '
     '\\"imei\\":\\"490154203237519\\"}"\n< OK\n', ["jsonpass1", "jsonkey12", "490154203237519"],
     ['\\"n\\": 5', 'api_key']),
    ("xml", '> AT+HTTPDATA=47,10\n< DOWNLOAD\n'
     '>= text "<a><user>xmluser1</user><pin>47110815</pin></a>"\n'
     '< OK\n', ["xmluser1", "47110815"], ["<a><user>", "</pin></a>"]),
    ("form-cut", '> AT+HTTPDATA=29,10\n< DOWNLOAD\n>> "n=5&access_tok"\n'
     '>> "en=formtok1234"\n< OK\n',
     ["formtok1234"], ["n=5&"]),
    ("qhttpurl", '> AT+QHTTPURL=40,10\n< CONNECT\n>> "http://u1user:p1passwd@h/?apikey=key12345"\n'
     '< OK\n', ["u1user", "p1passwd", "key12345"], ["@h/?apikey="]),
    ("private-key", '> AT+CCERTDOWN="k.pem",104\n<< "\\r\\n>"\n'
     f'>> "-----BEGIN PRIVATE KEY-----\\r\\n{PEM[:20]}"\n>> "{PEM[20:]}'
     '\\r\\n-----END PRIVATE KEY-----\\r\\n1234"\n< OK\n', [PEM, PEM[:20], PEM[20:]],
     ["BEGIN PRIVATE KEY"]),
    ("certificate", '> AT+CCERTDOWN="c.pem",46\n<< "\\r\\n>"\n>> "-----BEGIN CERTIFICATE-----'
     '\\r\\nMIIBpublic=\\r\\n---"\n< OK\n', [], ["MIIBpublic="]),
    ("key-in-binary", '> AT+QFUPL="k.der",12\n< CONNECT\n>> "\\x30\\x82derkey0815"\n'
     '< +QFUPL: 12,0\n< OK\n', ["derkey0815"], []),
    ("sms", '> AT+CMGS="+491701234567"\n<< "\\r\\n> "\n>> "Door code seven\\x1a"\n'
     '< +CMGS: 1\n< OK\n'
     '> AT+CMGR=1\n< +CMGR: "REC READ","+491709999999",,"26/11/21,08:34:10+04"\n'
     '< Door code eight\n< OK\n< +CMT: "+491708888888",,"26/11/21,08:34:10+04"\n'
     '< Door code three\n',
     ["491701234567", "491709999999", "491708888888", "code seven", "code eight", "code three"],
     ['"REC READ"', "26/11/21"]),
    ("title", '@ title: alicia has 490154203237518 and apnpassw\n@ source: lab of apnpassw\n\n'
     '> AT+CGAUTH=1,1,"apnpassw","alicia"\n< OK\n', ["490154203237518", "apnpassw", "alicia"],
     ["@ title: ", " has ", "@ source: lab of "]),
    ("before-it-is-known", '< note apnpassw\n> AT+CGAUTH=1,1,"apnpassw","u"\n< OK\n', ["apnpassw"],
     ["note"]),
    ("payload", '> AT+CGAUTH=1,1,"apnpassw","apnuserx"\n< OK\n> AT+HTTPREAD=0,60\n< OK\n'
     '< +HTTPREAD: 60\n<= text "apnpassw 61706e7061737377 YXBucGFzc3c= xYXBucGFzc3c= 00610070"\n'
     '< +HTTPREAD: 0\n', ["apnpassw"], ["+HTTPREAD: 60"]),
    ("escaped", '> AT+CGAUTH=1,1,"p@ss/wd9","apnuserx"\n< OK\n> AT+XNOTE="p%40ss%2Fwd9"\n< OK\n'
     '< note \\x70@ss/w\\u00649\n< "p@ss\\/wd9"\n', ["p@ss/wd9", "p@ss\\/wd9", "\\x70@ss"], []),
    ("text-cut", '> AT+CGAUTH=1,1,"apnpassw","u"\n< OK\n< note apnp\n< +CREG: 1\n< assw end\n',
     ["apnpassw"], ["note ", " end", "+CREG: 1"]),
    ("parted", '> AT+CNUM\n< +CNUM: "","+491701234567",145\n< OK\n< call 49 170 123-4567\n',
     ["491701234567"], ["call "]),
    ("utf16", '> AT+CGAUTH=1,1,"apnpassw","u"\n< OK\n> AT+HTTPREAD=0,17\n< OK\n< +HTTPREAD: 17\n'
     "<= hex 00 61 00 70 00 6e 00 70 00 61 00 73 00 73 00 77 00\n< +HTTPREAD: 0\n"
     "", ["apnpassw"], []),
    ("blocks", '> AT+CGAUTH=1,1,"apnpassw","u"\n< OK\n> AT+HTTPREAD=0,40\n< OK\n<< "\\r\\n'
     + "".join(f"+HTTPREAD: DATA,{len(block)}\\r\\n" + block.replace('"', '\\"')
               for block in BLOCKS)
     + '\\r\\n+HTTPREAD: 0\\r\\n"\n', ["blocktok77", "apnpassw"], ["token", "DATA,18"]),
    ("stream", '> AT+QSSLOPEN=1,0,0,"h",443,2\n< CONNECT\n>> "GET /a?apikey=strea"\n'
     '<< "HTTP/1.1 200\\r\\nSet-Coo"\n>> "mkey1 HTTP/1.1\\r\\nAuthorization: Bea"\n'
     '<< "kie: sid=strmcookie; Path=/\\r\\n"\n>> "rer streamtoken9\\r\\n\\r\\n"\n',
     ["streamkey1", "streamtoken9", "strmcookie"], ["GET /a?apikey=", "Path=/"]),
    ("request", '> AT+CIPSEND=0,70\n<< "\\r\\n>"\n>> "GET / HTTP/1.1\\r\\n'
     'X-Auth-Token: requesttok"\n'
     '<< "GET / HTTP/1.1\\r\\nX-Auth-Token: requesttok"\n>> "en77\\r\\nHost: h\\r\\n\\r\\n'
     '"\n< OK\n',
     ["requesttoken77"], ["Host: h"]),
    ("utf16-low-first", '> AT+CGAUTH=1,1,"apnpassw","u"\n< OK\n> AT+HTTPREAD=0,18\n< OK\n'
     "< +HTTPREAD: 18\n<= hex 02 61 00 70 00 6e 00 70 00 61 00 73 00 73 00 77 00 03\n"
     "< +HTTPREAD: 0\n", ["apnpassw"], []),
    ("digits-again", '> AT+CLCK="SC",1,"33333333"\n< OK\n> ATI\n< code 33333333\n< OK\n',
     ["33333333"], ["code 00000001"]),
    ("push", '> AT+CGAUTH=1,1,"apnpassw","apnuserx"\n< OK\n'
     '<< "\\r\\n+QSSLURC: \\"recv\\",0,40\\r\\nSet-Cookie: sid=pushed99; HttpOnly apnpas"\n'
     '<< "sw"\n', ["apnpassw", "pushed99"], []),
    ("short-stays-a-length", '> AT+CPIN=1234\n< OK\n> AT+HTTPREAD=0,1234\n< ERROR\n> ATI\n'
     '< code 1234\n< OK\n', [], ["AT+HTTPREAD=0,1234", "AT+CPIN=0001", "code 0001"]),
    ("harmless", '> AT+QSSLCFG="clientkey",0,"UFS:key.pem"\n< OK\n> AT+CGDCONT=1,"IP","internet"\n'
     '< OK\n> AT+CSQ\n< +CSQ: 23,0\n< OK\n> AT+CPIN?\n< +CPIN: READY\n< OK\n> AT+CCLK?\n'
     '< +CCLK: "26/11/21,08:34:10+04"\n< OK\n',
     [], ['"UFS:key.pem"', '"internet"', "+CSQ: 23,0", "READY", "08:34:10+04"]),
    ("words-stay", '> AT+SAPBR=3,1,"USER","user"\n< OK\n> AT+QMTCONN=?\n'
     '< +QMTCONN: (0-5),<clientID>,<username>,<password>\n< OK\n'
     '> AT+XLOGIN="token","token"\n< OK\n',
     [], ['3,1,"USER","aaab"', "<username>,<password>", 'AT+XLOGIN="token",']),
    ("der", '> AT+QSECWRITE="k.der",20\n< CONNECT\n'
     '>> "\\x30\\x82\\x01\\x02derkey08\\x7F\\x10\\r\\n\\x03\\x04\\x05\\x06"\n'
     '< +QSECWRITE: 20,0\n< OK\n', ["derkey08", "\x03\x04\x05\x06", "\x01\x02"], []),
    ("position", '> AT+CGPSINFO\n< +CGPSINFO: 3113.343286,N,12121.234064,E,250311,072809.3,44.1\n'
     '< OK\n', ["3113.343286", "12121.234064"], [",N,", "250311"]),
]


def test_table():
    for name, text, secret, kept in TABLE:
        if not text.startswith("@"):
            text = "@ dialect: auto\n\n" + text
        code, masked, told = mask(text)
        check(f"{name}: exit", 0, code)
        for word in secret:
            check(f"{name}: {word}", [], secrets.survivors(word, masked))
        for word in kept:
            check(f"{name}: {word} stays", True, word in masked)
        check(f"{name}: told", bool(secret) or "0001" in str(kept) or "aaab" in str(kept),
              not told.startswith("masked: nothing"))
        check(f"{name}: masked again", 0, mask(masked)[0])


def test_report():
    _, _, told = mask('@ dialect: auto\n\n> AT+CPIN=4711\n< OK\n> AT+HTTPDATA=5,10\n< DOWNLOAD\n'
                      '>= text "abcde"\n< OK\n> AT+HTTPREAD=0,3\n< OK\n< +HTTPREAD: 3\n'
                      '<= text "abc"\n< +HTTPREAD: 0\n> AT+HTTPREAD=0,4711\n< ERROR\n')
    check("report", "masked: 1 password, in 1 places\n"
          "not read but searched: 3 bytes of payload, 5 of uploads, 0 of transparent streams\n"
          "left: 1 numbers or names that other bytes depend on, equal to a secret\n", told)


def test_stand_ins():
    _, text, _ = mask('@ dialect: auto\n\n> AT+CGSN\n< 490154203237518\n< OK\n> AT+CCID\n'
                      '< +CCID: 89490123456789012341\n< OK\n> ATI\n< is 490154203237518\n< OK\n')
    imei = re.findall(r"\d{15,}", text)
    check("a stand-in is stable", imei[0], imei[2])
    for number in (imei[0], imei[1]):
        digits = [int(digit) for digit in reversed(number)]
        doubled = [sum(divmod(2 * digit, 10)) for digit in digits[1::2]]
        check(f"{number} has a check digit", 0, (sum(digits[::2]) + sum(doubled)) % 10)


# ---- each place that the catalogue marks ------------------------------------

def with_luhn(digits):
    doubled = [sum(divmod(2 * int(digit), 10)) for digit in digits[::-2]]
    return digits + str(-(sum(doubled) + sum(int(digit) for digit in digits[-2::-2])) % 10)


VALUES = {"password": "pl4nted-{:04}", "user": "plant3dus{:04}", "token": "plantedtok{:04}",
          "key": "pl4ntedkey{:04}", "imsi": "26201{:010}", "iccid": "894901{:013}",
          "number": "4917{:08}", "position": "31{:04}.343286", "message": "Planted text {:04}"}


def value_of(kind, number):
    """Another one for each place: none is found because it was found before."""
    if kind == "imei":
        return with_luhn(f"49015420{number:06}")
    if kind == "card":
        return secrets.swapped(f"8949{number:016}")
    return VALUES[kind].format(number)


def marks(entry, command):
    own = {param["name"]: param.get("secret") for param in command.get("parameters", [])}
    for param in entry.get("parameters", []):
        own.setdefault(param["name"], param.get("secret"))
    return own


NUMBERS = itertools.count(1)


def fill(notation, kind_of):
    """A line of the notation, and the secrets in it; None: there are none."""
    planted = []

    def value(match):
        kind = kind_of(match.group(1).split("=")[0])
        if not kind:
            return "1"
        planted.append(value_of(kind, next(NUMBERS)))
        return planted[-1] if kind in ("imei", "imsi", "iccid", "message") else f'"{planted[-1]}"'
    plain = notation.replace("[", "").replace("]", "").replace(" ...", "")
    line = re.sub(r'"?<([^>]+)>"?', value, plain)
    return (line, planted) if planted else None


def places(entries):
    """(name, commands before, line, is sent, secrets) of each place of a dialect."""
    for entry in entries:
        for command in entry.get("commands", []):
            kinds = marks(entry, command)
            for form in command["forms"]:
                name = form["syntax"]
                found = fill(form["syntax"], kinds.get)
                if found and command["name"] != "D":
                    yield name, [], found[0], True, found[1]
                for variant in form["variants"] if form["kind"] != "test" else []:
                    for record in variant["response"]:
                        found = fill(record, kinds.get)
                        if found:
                            yield (f"{name}: {record}", ["AT" + command["name"]], found[0], False,
                                   found[1])
        for place in entry.get("secrets", []):
            identity = {kind: kind for kind in [*VALUES, "imei", "card"]}
            if "command" in place:
                found = fill(place["command"], identity.get)
                if found:
                    yield place["command"], [], found[0].replace("-,", "1,"), True, found[1]
            if "notation" in place:
                found = fill(place["notation"], identity.get)
                before = [place["after"]] if "after" in place else []
                yield f"{place}", before, found[0].replace("-,", "1,"), False, found[1]


def pieces(text):
    """Cut in the middle of every word of some length."""
    size = max(2, len(text) // 5)
    return [text[i:i + size] for i in range(0, len(text), size)]


def quoted(text):
    return '"' + text.replace("\\", "\\\\").replace('"', '\\"').replace("\r", "\\r").replace(
        "\n", "\\n") + '"'


def spaced(line):
    out, is_quoted = "", False
    for byte in line:
        is_quoted ^= byte == '"'
        out += f" {byte} " if byte in "=," and not is_quoted else byte
    return out


def exchange(before, line, is_sent, odd):
    text = ""
    for command in before:
        text += f"> {command}\n" if command.startswith("AT") else f"< {command}: 1\n"
    if not is_sent:
        ends = f"\r\n{line}\r\n"
        if odd == "pieces":
            return text + "".join(f"<< {quoted(piece)}\n" for piece in pieces(ends)) + "< OK\n"
        return text + f"<< {quoted(ends)}\n< OK\n"
    line = spaced(line) if odd == "spaces" else line
    if odd == "small":
        line = line[:line.find("=") + 1].lower() + line[line.find("=") + 1:]
    if odd == "pieces":
        return text + "".join(f">> {quoted(piece)}\n" for piece in pieces(line + "\r")) + "< OK\n"
    return text + f">> {quoted(line + chr(13))}\n<< {quoted(line + chr(13))}\n< OK\n"


def test_places():
    count = 0
    for dialect in ("simcom", "quectel-ugxx", "quectel-ec200", "auto"):
        listed = subprocess.run([ATPROOF, "catalog", "--dialect", dialect, "--emit", "json"],
                                capture_output=True, check=True).stdout
        for odd in ("none", "spaces", "pieces", "small"):
            text, names = "@ dialect: auto\n\n", {}
            for name, before, line, is_sent, planted in places(json.loads(listed)["sets"]):
                text += exchange(before, line, is_sent, odd)
                names.update({word: name for word in planted})
            code, masked, _ = mask(text, dialect)
            check(f"{dialect} ({odd}): exit", 0, code)
            for word, name in names.items():
                check(f"{dialect}: {name} ({odd})", [], secrets.survivors(word, masked))
                count += bool(secrets.survivors(word, text))
    check("planted in all dialects", True, count > 1000)


test_table()
test_report()
test_stand_ins()
test_places()
print(f"{len(PASSED)} passed, {len(FAILED)} failed")
sys.exit(len(FAILED) > 0)
