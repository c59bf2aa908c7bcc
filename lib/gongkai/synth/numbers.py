"""Figures as prose prints them."""

from __future__ import annotations

from random import Random

_DIGITS = "零一二三四五六七八九"
_FEN = 1_000_000  # 万元 in 分
_YUAN = 10_000  # 万元 in 元


def chinese(number: int) -> str:
    """A number from 0 to 99 in Chinese numerals."""
    tens, ones = divmod(number, 10)
    if not tens:
        return _DIGITS[ones]
    return ("" if tens == 1 else _DIGITS[tens]) + "十" + (_DIGITS[ones] if ones else "")


def approximate(rng: Random, number: int) -> str:
    """The number, or in many reports a lower round figure with 余 behind it."""
    if number < 1000 or rng.random() < 0.6:
        return str(number)
    if number >= 10_000 and number % 1000:
        return f"{number // 1000 / 10:g}万余"
    step = 100 if number < 10_000 else 10_000
    return f"{number // step * step}余" if number % step else str(number)


def percent(part: int, base: int, places: int) -> str:
    """100·part/base with so many decimals, rounded half up in whole numbers; the sign is left out."""
    scale = 10**places
    scaled = (2 * 100 * abs(part) * scale + base) // (2 * base)
    return f"{scaled // scale}.{scaled % scale:0{places}d}" if places else str(scaled)


def decimal(number: int, scale: int) -> str:
    """`number / scale` (a power of ten) without zeros at the end."""
    digits = len(str(scale)) - 1
    whole, rest = divmod(abs(number), scale)
    text = f"{whole}.{rest:0{digits}d}".rstrip("0").rstrip(".")
    return f"-{text}" if number < 0 else text


def wan_yuan(fen: int) -> str:
    """An amount in 分 as 万元, with up to six decimals."""
    return decimal(fen, _FEN)


def wan_yuan_of_yuan(yuan: int, places: int = 0) -> str:
    """An amount in 元 as 万元: as many decimals as needed, or as many as `places`."""
    return f"{yuan // _YUAN}.{yuan % _YUAN:04d}" if places else decimal(yuan, _YUAN)
