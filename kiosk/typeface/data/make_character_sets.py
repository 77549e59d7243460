#!/usr/bin/env python3
"""Writes character_sets.txt, the sets that docs/characters.md counts.

    python3 make_character_sets.py UNIHAN_OTHER_MAPPINGS > character_sets.txt

The JIS sets are read out of Python's own codecs; the lists of 常用漢字 and 人名用漢字 are the fields
kJoyoKanji and kJinmeiyoKanji of Unihan_OtherMappings.txt (Unicode 15.0, Debian package unicode-data,
there compressed by bzip2).
"""

import sys


def decoded(encoding, codes):
    texts = []
    for code in codes:
        try:
            texts.append(code.decode(encoding))
        except UnicodeDecodeError:
            pass
    return texts


def plane(prefix):
    return [prefix + bytes([row, cell]) for row in range(0xA1, 0xFF) for cell in range(0xA1, 0xFF)]


def rows(first, last, prefix=b""):
    """The codes of these rows (区) of a plane."""
    return [code for code in plane(prefix) if first <= code[len(prefix)] - 0xA0 <= last]


def unihan(path, field):
    for line in open(path, encoding="utf-8"):
        if line.startswith("U+") and line.split("\t")[1] == field:
            yield chr(int(line.split("\t")[0][2:], 16))


def write(title, texts):
    print(f"\n= {title}")
    points = sorted({ord(text) for text in texts if len(text) == 1})
    runs = []
    for point in points:
        if runs and runs[-1][1] + 1 == point:
            runs[-1][1] = point
        else:
            runs.append([point, point])
    words = [f"{a:04X}" if a == b else f"{a:04X}-{b:04X}" for a, b in runs]
    words += sorted("+".join(f"{ord(c):04X}" for c in text) for text in set(texts) if len(text) > 1)
    line = ""
    for word in words:
        if len(line) + len(word) > 100:
            print(line.rstrip())
            line = ""
        line += word + " "
    print(line.rstrip())


def main():
    x0208 = set(decoded("euc_jp", plane(b"")))

    def added(texts):
        return [text for text in texts if text not in x0208]

    # euc_jis_2004 also decodes JIS X 0212 in the rows of plane 2 that JIS X 0213 leaves free.
    used = [1, 3, 4, 5, 8, 12, 13, 14, 15, *range(78, 95)]
    level4 = [code for row in used for code in rows(row, row, b"\x8f")]
    leads = [*range(0x81, 0xA0), *range(0xE0, 0xF0), *range(0xFA, 0xFD)]
    double = [bytes([lead, trail]) for lead in leads for trail in range(0x40, 0xFD)]
    print("# Written by make_character_sets.py; see there for the sources.")
    write("JIS X 0208, other than kanji", decoded("euc_jp", rows(1, 8)))
    write("JIS X 0208, kanji of level 1", decoded("euc_jp", rows(16, 47)))
    write("JIS X 0208, kanji of level 2", decoded("euc_jp", rows(48, 84)))
    write("JIS X 0213:2004, other than kanji, added", added(decoded("euc_jis_2004", rows(1, 13))))
    # Level 3 stands in rows 14 and 15, at the end of 47, in the rest of 84, and in 85 to 94.
    write("JIS X 0213:2004, kanji of level 3", added(decoded("euc_jis_2004", rows(14, 94))))
    write("JIS X 0213:2004, kanji of level 4", decoded("euc_jis_2004", level4))
    write("CP932 (Windows-31J), added to JIS X 0208", added(decoded("cp932", double)))
    write("常用漢字 (2010), with permitted forms", list(unihan(sys.argv[1], "kJoyoKanji")))
    write("人名用漢字", list(unihan(sys.argv[1], "kJinmeiyoKanji")))


main()
