#!/usr/bin/python3
"""Compares two folders byte by byte, and prints for each file that differs where it
begins to: of an archive of objects the member and the section, of a tar.gz the file
inside. Exit 0: the same bytes; 1: they differ, or there is nothing to compare.

usage: compare.py FOLDER FOLDER"""
import gzip
import io
import pathlib
import struct
import sys
import tarfile


def first_difference(one, other):
    """The offset of it, or None."""
    if one == other:
        return None
    pairs = enumerate(zip(one, other))
    return next((offset for offset, (a, b) in pairs if a != b), min(len(one), len(other)))


def members(data):
    """Of an `ar` archive: name to header and bytes, in order. The symbol table is the
    last here, for it moves with what moves in the others."""
    offset, names, found = 8, b'', {}
    while offset + 60 <= len(data):
        header = data[offset:offset + 60]
        size = int(header[48:58])
        body = data[offset + 60:offset + 60 + size]
        name = header[:16].rstrip().decode('latin-1')
        if name == '//':  # GNU's table of long names
            names = body
        elif name[1:].isdigit():
            name = names[int(name[1:]):].split(b'/', 1)[0].decode('latin-1')
        found[name.rstrip('/') or 'its tables'] = header[16:48], body
        offset += 60 + size + size % 2
    if 'its tables' in found:
        found['its tables'] = found.pop('its tables')
    return found


def sections(data):
    """Of a 64-bit little-endian ELF file: name to offset and size."""
    if data[:6] != b'\x7fELF\2\1':
        return {}
    table = struct.unpack_from('<Q', data, 40)[0]
    width, count, names_index = struct.unpack_from('<HHH', data, 58)
    headers = [struct.unpack_from('<IIQQQQ', data, table + width * i) for i in range(count)]
    names = headers[names_index][4]
    return {data[names + name:data.index(b'\0', names + name)].decode('latin-1'): (offset, size)
            for name, kind, _, _, offset, size in headers if kind not in (0, 8)}


def place_in_object(one, other):
    left, right = sections(one), sections(other)
    for name, (start, size) in sorted(left.items(), key=lambda part: part[0].startswith('.rela')):
        beside, width = right.get(name, (0, 0))
        offset = first_difference(one[start:start + size], other[beside:beside + width])
        if offset is not None:
            return f'section {name} at {offset:#x}'
    return f'at {first_difference(one, other):#x}'


def place_in_ar(one, other):
    left, right = members(one), members(other)
    if list(left) != list(right):
        return f'members {" ".join(left)}, and {" ".join(right)}'
    for name, (header, body) in left.items():
        if header != right[name][0]:
            return f'member {name}: its time, owner or mode'
        if body != right[name][1]:
            return f'member {name}, {place_in_object(body, right[name][1])}'
    return 'between members'


def place_in_tar(one, other):
    with tarfile.open(fileobj=io.BytesIO(one)) as left, \
            tarfile.open(fileobj=io.BytesIO(other)) as right:
        for a, b in zip(left, right):
            if a.get_info() != b.get_info():
                facts = [key for key in a.get_info() if a.get_info()[key] != b.get_info()[key]]
                return f'member {a.name}: {", ".join(facts)}'
            if a.isfile() and left.extractfile(a).read() != right.extractfile(b).read():
                return f'member {a.name}: its bytes'
    return 'the same members, packed otherwise'


def place(one, other):
    """Where two files of one name begin to differ, or None."""
    offset = first_difference(one, other)
    if offset is None:
        return None
    where = f'offset {offset:#x} of {len(one):#x} and {len(other):#x}'
    if one[:2] == other[:2] == b'\x1f\x8b':
        return f'{where}, {place_in_tar(gzip.decompress(one), gzip.decompress(other))}'
    if one.startswith(b'!<arch>\n'):
        return f'{where}, {place_in_ar(one, other)}'
    if one.startswith(b'\x7fELF'):
        return f'{where}, {place_in_object(one, other)}'
    return f'{where}, line {one[:offset].count(10) + 1}'


def differences(left, right):
    """Lines that name what differs between two folders."""
    names = [{str(path.relative_to(root)) for path in root.rglob('*') if path.is_file()}
             for root in (left, right)]
    if not names[0] | names[1]:
        return [f'{left} and {right}: no file in either']
    found = [f'{name}: only in {root}' for root, own, others in
             ((left, *names), (right, *reversed(names))) for name in sorted(own - others)]
    for name in sorted(names[0] & names[1]):
        where = place((left / name).read_bytes(), (right / name).read_bytes())
        if where:
            found.append(f'{name}: {where}')
    return found


def main():
    if len(sys.argv) != 3:
        sys.exit(__doc__.rsplit('\n\n', 1)[1])
    found = differences(*map(pathlib.Path, sys.argv[1:]))
    if found:
        sys.exit('\n'.join(found))


if __name__ == '__main__':
    main()
