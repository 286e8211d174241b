"""Mann-Whitney, Holm and quantiles against what enumeration gives.

usage: diff_stat.py DRIVER [TEST...]
"""
import fractions
import itertools
import math
import random
import unittest

import pair
import sample


def mann_whitney(a, b):
    words = pair.call("mann-whitney", *[",".join(map(str, side)) for side in (a, b)]).split()
    return [float(word) for word in words]


def pairs_won(a, b):
    return sum(fractions.Fraction((x < y) * 2 + (x == y), 2) for x in a for y in b)


def enumerated(a, b):
    """p of all ways to deal the values; exact."""
    pool = a + b
    middle = fractions.Fraction(len(a) * len(b), 2)
    seen = abs(pairs_won(a, b) - middle)
    hits = total = 0
    for chosen in itertools.combinations(range(len(pool)), len(b)):
        there = [pool[i] for i in chosen]
        rest = [pool[i] for i in range(len(pool)) if i not in chosen]
        total += 1
        hits += abs(pairs_won(rest, there) - middle) >= seen
    return hits / total


class Statistics(unittest.TestCase):
    def test_textbook(self):
        """H. B. Mann, D. R. Whitney 1947, table I: 3 and 3, U 0: one tail 1/20."""
        u, p, effect, exact, least, median, _ = mann_whitney([1, 2, 3], [4, 5, 6])
        self.assertEqual((u, effect, exact, median), (9, 1, 1, 2))
        self.assertAlmostEqual(p, 0.1, 12)
        self.assertAlmostEqual(least, 0.1, 12)

    def test_p_is_that_of_enumeration(self):
        dice = random.Random(6)
        for sizes in [(1, 1), (1, 4), (2, 3), (4, 4), (3, 6), (5, 5), (2, 7)]:
            for top in (3, 6, 1000):  # many ties, some, few
                a, b = [[dice.randrange(top) for _ in range(size)] for size in sizes]
                u, p, effect, exact = mann_whitney(a, b)[:4]
                self.assertEqual(exact, 1)
                self.assertEqual(u, float(pairs_won(a, b)))
                self.assertAlmostEqual(p, enumerated(a, b), 12, (a, b))
                self.assertAlmostEqual(effect, 2 * u / len(a) / len(b) - 1, 12)

    def test_least_p_is_that_of_samples_apart(self):
        for n, m in [(1, 1), (2, 2), (3, 4), (4, 4), (2, 8)]:
            apart = enumerated(list(range(n)), list(range(n, n + m)))
            self.assertAlmostEqual(mann_whitney(range(n), range(m))[4], apart, 12)

    def test_normal_agrees_with_the_exact(self):
        """At the border the two hardly differ; just above it the normal one stands."""
        a = [3 * i % 29 for i in range(25)]
        b = [x + 4 for x in a]
        exact = mann_whitney(a, b)
        normal = mann_whitney(a + [14], b + [18])
        self.assertEqual((exact[3], normal[3]), (1, 0))
        self.assertAlmostEqual(exact[1], normal[1], 1)
        self.assertLess(abs(exact[1] - normal[1]), 0.02)

    def test_normal_has_its_corrections(self):
        """The formula of the approximation, written another way, with ties."""
        dice = random.Random(7)
        a = [dice.randrange(5) for _ in range(30)]
        b = [dice.randrange(5) + dice.randrange(2) for _ in range(40)]
        u, p = mann_whitney(a, b)[:2]
        n, m, pool = len(a), len(b), a + b
        every = n + m
        ties = sum(t ** 3 - t for t in (pool.count(value) for value in set(pool)))
        spread = math.sqrt(n * m * (every ** 3 - every - ties) / (12 * every * (every - 1)))
        z = (abs(u - n * m / 2) - 0.5) / spread
        self.assertAlmostEqual(p, 1 - math.erf(z / math.sqrt(2)), 12)

    def test_equal_samples_show_nothing(self):
        for count in (1, 5, 25, 40):
            u, p, effect = mann_whitney([7] * count, [7] * count)[:3]
            self.assertEqual((u, p, effect), (count * count / 2, 1, 0))

    def test_sides_are_alike(self):
        dice = random.Random(8)
        for sizes in [(4, 6), (20, 40)]:
            a, b = [[dice.randrange(9) for _ in range(size)] for size in sizes]
            one, two = mann_whitney(a, b), mann_whitney(b, a)
            self.assertAlmostEqual(one[1], two[1], 12)
            self.assertAlmostEqual(one[2], -two[2], 12)

    def test_quantiles_lie_between_values(self):
        """Type 7 by its definition: at (n - 1) q, in proportion."""
        for values in ([5], [1, 2], [1, 2, 4, 8], [9, 1, 5, 3, 3, 3, 7]):
            ordered = sorted(values)
            for share, seen in zip((0.5, 0.95), mann_whitney(values, [0])[5:]):
                place = (len(values) - 1) * share
                low, high = ordered[math.floor(place)], ordered[math.ceil(place)]
                self.assertAlmostEqual(seen, low + (place - math.floor(place)) * (high - low), 12)

    def test_holm_rejects_step_by_step(self):
        """The adjusted value is the least level at which the procedure rejects."""
        dice = random.Random(9)
        for count in (1, 2, 3, 8, 30):
            p = [round(dice.random() ** 4, 6) for _ in range(count)]
            adjusted = [float(x) for x in pair.call("holm", ",".join(map(str, p))).split()]
            self.assertEqual(len(adjusted), count)
            for level in (0.01, 0.05, 0.2, 0.9):
                rejected = set()
                for step, i in enumerate(sorted(range(count), key=lambda i: p[i])):
                    if p[i] > level / (count - step):
                        break
                    rejected.add(i)
                self.assertEqual({i for i in range(count) if adjusted[i] <= level}, rejected)
            self.assertLessEqual(max(adjusted), 1)

    def test_needed_is_the_least_that_does(self):
        for alpha in (0.2, 0.05, 0.01, 0.05 / 20):
            needed = int(pair.call("needed", str(alpha)))
            least = [2 / math.comb(2 * n, n) for n in (needed - 1, needed)]
            self.assertGreaterEqual(least[0], alpha)
            self.assertLess(least[1], alpha)


if __name__ == "__main__":
    sample.main()
