#!/usr/bin/env python3
"""Writes docs/sample/access.log.gz: a day of an invented web API as NGINX logs it (combined format and $request_time).

    python3 tests/data/make_sample_log.py [OUT]

About 20,000 requests on 2026-11-17 (UTC): a daily profile with its peak at 14 h, a batch client every quarter of an
hour, lognormal work per endpoint, a few slow and failed requests. Seeded, and gzip without a time stamp: the same
bytes every time. Standard library only. Addresses are from the documentation ranges of RFC 5737.
"""
import datetime
import gzip
import math
import random
import sys

SEED = 20261117
REQUESTS_PER_DAY = 19_400  # of people; the batch client adds to it
DAY = datetime.datetime(2026, 11, 17, tzinfo=datetime.timezone.utc)

# Relative demand by hour of the day (UTC): quiet at night, a first peak before noon, the highest after it.
PROFILE = [18, 13, 10, 8, 8, 10, 18, 35, 60, 82, 95, 98, 92, 98, 104, 100, 94, 86, 76, 68, 58, 46, 34, 25]

# path, weight, mean ms, coefficient of variation, mean bytes
ENDPOINTS = [
    ("GET /api/v1/products?page={p}", 30, 42, 0.7, 5200),
    ("GET /api/v1/products/{n}", 26, 24, 0.6, 1400),
    ("GET /api/v1/search?q=item{q}", 14, 95, 0.9, 3800),
    ("GET /api/v1/cart", 11, 18, 0.5, 620),
    ("POST /api/v1/cart/items", 8, 33, 0.5, 240),
    ("POST /api/v1/login", 4, 160, 0.3, 310),
    ("POST /api/v1/orders", 3, 240, 0.8, 450),
    ("GET /api/v1/orders", 3, 70, 0.7, 1900),
    ("GET /healthz", 1, 1, 0.3, 2),
]
AGENTS = [
    "Mozilla/5.0 (X11; Linux x86_64; rv:145.0) Gecko/20100101 Firefox/145.0",
    "Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 Chrome/142.0.0.0 Safari/537.36",
    "Mozilla/5.0 (iPhone; CPU iPhone OS 18_5 like Mac OS X) AppleWebKit/605.1.15 Mobile/15E148",
    "shop-app/4.2 (Android 15)",
]
BATCH = "stock-sync/1.8"


def lognormal(rng, mean, cv):
    variance = math.log(1 + cv * cv)
    return mean * math.exp(rng.gauss(-variance / 2, math.sqrt(variance)))


def arrivals(rng):
    """Non-homogeneous Poisson over the day, by thinning an hour's peak of the profile."""
    total = sum(PROFILE)
    now, peak = 0.0, REQUESTS_PER_DAY * max(PROFILE) / total / 3600
    while True:
        now += rng.expovariate(peak)
        if now >= 86400:
            return
        hour = now / 3600
        i = int(hour)
        level = PROFILE[i] + (PROFILE[(i + 1) % 24] - PROFILE[i]) * (hour - i)
        if rng.random() * max(PROFILE) < level:
            yield now


def person(rng, clients, start):
    request, _, mean, cv, size = rng.choices(ENDPOINTS, weights=[e[1] for e in ENDPOINTS])[0]
    request = request.format(p=1 + int(rng.expovariate(0.8)), n=1000 + int(rng.paretovariate(1.2)), q=rng.randrange(40))
    seconds = lognormal(rng, mean, cv) / 1000
    status = 200 if request.startswith("GET") else 201
    chance = rng.random()
    if chance < 0.0008:
        status, seconds, size = 504, 30.0 + rng.random() / 100, 167
    elif chance < 0.004:
        status, size = 500, 92
    elif chance < 0.02:
        status, seconds, size = 404, seconds / 4, 153
    elif chance < 0.03:
        seconds *= 8  # a cache miss, a slow disk
    address, agent = rng.choice(clients)
    return start, seconds, address, request, status, int(size * rng.choice((0.8, 0.9, 1, 1, 1.1, 1.3))), agent


def batch(rng, start):
    for i in range(12):
        yield (start + i * 0.15 + rng.random() / 20, lognormal(rng, 130, 0.4) / 1000, "192.0.2.77",
               f"POST /api/v1/stock/batch?part={i}", 200, 88, BATCH)


def lines(rng):
    clients = [(f"{rng.choice(('198.51.100', '203.0.113'))}.{1 + rng.randrange(254)}", rng.choice(AGENTS))
               for _ in range(220)]
    requests = [person(rng, clients, t) for t in arrivals(rng)]
    for quarter in range(96):
        requests += batch(rng, quarter * 900 + 5)
    # NGINX writes a line when the request has ended, with the time of that moment.
    for start, seconds, address, request, status, size, agent in sorted(requests, key=lambda r: r[0] + r[1]):
        end = DAY + datetime.timedelta(seconds=int(start + seconds))
        yield (f'{address} - - [{end:%d/%b/%Y:%H:%M:%S +0000}] "{request} HTTP/1.1" {status} {size} "-" "{agent}" '
               f"{seconds:.3f}\n")


def main():
    path = sys.argv[1] if len(sys.argv) > 1 else "docs/sample/access.log.gz"
    text = "".join(lines(random.Random(SEED)))
    with open(path, "wb") as out, gzip.GzipFile("", "wb", 9, out, mtime=0) as packed:
        packed.write(text.encode("ascii"))
    print(f"{path}: {text.count(chr(10))} requests, {len(text)} bytes unpacked")


if __name__ == "__main__":
    main()
