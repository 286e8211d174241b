#!/usr/bin/python3
"""Makes a release: atproof-VERSION.tar.gz (the tracked files), atproof-VERSION.spdx.json
(its bill of materials) and SHA256SUMS. The same sources give the same bytes.

usage: archive.py --out DIR --program ATPROOF --library libatproof.a [--changed]
  --program, --library   as they were built: the bill lists what they are linked with
  --changed              though files differ from the last commit"""
import argparse
import gzip
import hashlib
import io
import pathlib
import tarfile

import bill
import tree

ROOT = pathlib.Path(__file__).resolve().parents[2]


def packed(files, folder, time):
    """A tar.gz without owner, user, clock or umask of this machine."""
    tar_bytes = io.BytesIO()
    with tarfile.open(fileobj=tar_bytes, mode='w', format=tarfile.USTAR_FORMAT) as tar:
        for file in files:
            entry = tarfile.TarInfo(f'{folder}/{file.name}')
            entry.size, entry.mode, entry.mtime = len(file.data), file.mode, time
            tar.addfile(entry, io.BytesIO(file.data))
    out = io.BytesIO()
    with gzip.GzipFile(filename='', fileobj=out, mode='wb', compresslevel=9, mtime=0) as stream:
        stream.write(tar_bytes.getvalue())
    return out.getvalue()


def options():
    parser = argparse.ArgumentParser(description=__doc__.split('\n\n')[0])
    parser.add_argument('--out', type=pathlib.Path, required=True)
    parser.add_argument('--program', type=pathlib.Path, required=True)
    parser.add_argument('--library', type=pathlib.Path, required=True)
    parser.add_argument('--changed', action='store_true')
    return parser.parse_args()


def main():
    given = options()
    changes = [] if given.changed else tree.changed(ROOT)
    if changes:
        tree.fail(f'{len(changes)} files differ from the last commit, {changes[0][3:]} the first: '
                  'commit them, or give --changed')
    name = f'atproof-{tree.version(ROOT)}'
    time = tree.epoch(ROOT)
    files = tree.files(ROOT)
    made = {f'{name}.tar.gz': packed(files, name, time)}
    made[f'{name}.spdx.json'] = bill.text(bill.Release(
        tree.version(ROOT), time, files, made[f'{name}.tar.gz'], given.program, given.library))
    made['SHA256SUMS'] = ''.join(f'{hashlib.sha256(made[file]).hexdigest()}  {file}\n'
                                 for file in sorted(made)).encode()
    given.out.mkdir(parents=True, exist_ok=True)
    for file, data in made.items():
        (given.out / file).write_bytes(data)
        print(f'{given.out / file}: {len(data)} bytes')


main()
