"""Simple rules that say whether a text is toxic, a prompt injection, or holds personal data."""

import re
from dataclasses import dataclass

_INSULT = r"idiots?|morons?|imbeciles?|stupid|dumb(?:ass)?|scum|bastards?|assholes?|bitch(?:es)?|worthless"
_TOXIC = [
    rf"\b(?:you(?:['’]?re)?|your?|u)\b[^.?!]{{0,25}}\b(?:{_INSULT})\b",
    rf"\b(?:{_INSULT})\b[^.?!]{{0,12}}\b(?:machine|bot|people|program)\b",
    r"\bfuck(?:ing)?\s+(?:you|off|yourself)\b|\bgo to hell\b|\bkill yourself\b|\bshut up\b",
    r"\b(?:i['’]?ll|i will|i am going to|i['’]?m going to|gonna)\s+(?:kill|hurt|murder|beat|stab|shoot)\b",
    r"\bi hate (?:you|all)\b",
]
_INJECTION = [
    r"\b(?:ignore|disregard|forget|override|bypass)\b[^.?!]{0,40}"
    r"\b(?:previous|prior|above|earlier|all|any|your|the system)\b[^.?!]{0,30}"
    r"\b(?:instructions?|prompts?|rules?|guidelines?|guardrails?|directions?)\b",
    r"\b(?:reveal|show|print|repeat|output|leak|tell)\b[^.?!]{0,30}"
    r"\b(?:system|hidden|initial|secret)\s+(?:prompts?|instructions?|messages?)\b",
    r"\byou are now\b|\bpretend (?:that )?you (?:are|have)\b|\bjailbreak\b|\b(?:dan|developer) mode\b",
    r"\bdo anything now\b|\bnew instructions\s*:",
    r"</?(?:system|passage|instructions?)\b|\[/?inst\]|<\|im_start",
    r"\bignorier\w*\b[^.?!]{0,40}\b(?:anweisungen|regeln)\b",
    r"\bignora\w*\b[^.?!]{0,40}\b(?:instrucciones|reglas)\b",
]
_EMAIL = re.compile(r"\b[\w.+-]+@[\w-]+(?:\.[\w-]+)*\.[a-z]{2,}\b", re.IGNORECASE)
_SOCIAL_SECURITY = re.compile(r"(?<![\d-])\d{3}-\d{2}-\d{4}(?![\d-])")
_PHONE = re.compile(r"\+\d(?:[ ().-]*\d){7,14}(?!\d)|(?<![\d.,-])\(?\d{3}\)?[ .-]\d{3}[ .-]\d{4}(?![\d-])")
_CARD = re.compile(r"(?<![\d.,])\d(?:[ -]?\d){12,18}(?![\d.,]\d)")
_IBAN = re.compile(r"\b[A-Z]{2}\d{2}(?: ?[A-Z0-9]){11,30}\b")


@dataclass(frozen=True)
class Findings:
    """What the rules found in one text."""

    toxic: bool
    injection: bool
    personal: bool

    @property
    def any(self) -> bool:
        return self.toxic or self.injection or self.personal

    @property
    def reason(self) -> str:
        """One sentence for the person who asked; it repeats nothing of the text."""
        if self.toxic:
            return "The text insults or threatens somebody."
        if self.injection:
            return "The text tries to change the assistant's instructions."
        if self.personal:
            return "The text holds personal data such as a card, account, phone or social security number."
        return "The local rules found nothing to object to."


def check(text: str) -> Findings:
    """What a keyword rule can see; it is no match for a model's judgement."""
    return Findings(matches(_TOXIC, text), matches(_INJECTION, text), has_personal_data(text))


def matches(patterns: list[str], text: str) -> bool:
    return any(re.search(pattern, text, re.IGNORECASE) for pattern in patterns)


def has_personal_data(text: str) -> bool:
    """E-mail, phone, social security, card (by its check digit) or bank account (by its check number)."""
    if any(pattern.search(text) for pattern in (_EMAIL, _SOCIAL_SECURITY, _PHONE)):
        return True
    cards = (re.sub(r"\D", "", found[0]) for found in _CARD.finditer(text))
    accounts = (found[0].replace(" ", "") for found in _IBAN.finditer(text))
    return any(map(is_card, cards)) or any(map(is_account, accounts))


def is_card(digits: str) -> bool:
    """Luhn's check."""
    doubled = [int(digit) * (1 + place % 2) for place, digit in enumerate(reversed(digits))]
    return sum(number - 9 if number > 9 else number for number in doubled) % 10 == 0


def is_account(iban: str) -> bool:
    """ISO 13616: the rearranged number leaves 1 when divided by 97."""
    moved = iban[4:] + iban[:4]
    return int("".join(str(int(character, 36)) for character in moved)) % 97 == 1
