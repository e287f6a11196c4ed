"""The exception of an import: something of a form has no equal here."""


class Refused(Exception):
    """Something of a form that has no equal here. code, message, remedy: as of a FormFault."""

    def __init__(self, code: str, message: str, remedy: str) -> None:
        super().__init__(message)
        self.code = code
        self.message = message
        self.remedy = remedy
