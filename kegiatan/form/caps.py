"""Limits of forms and answers. Source: design, section 6, point 1 (bytes, depth, rows)."""

# Forms
FORM_BYTES = 2 * 1024 * 1024
FORM_ELEMENTS = 5_000
FORM_DEPTH = 64  # containers in the JSON; panels and rosters take two each
NAME_LENGTH = 200
EXPRESSION_LENGTH = 5_000
EXPRESSION_DEPTH = 40  # brackets in brackets: survey-core's parser calls itself for each
EXPRESSIONS_BYTES = 256 * 1024  # of all expressions of a form together
REGEX_LENGTH = 500
REGEXES_LENGTH = 10_000  # different ones of a form together
ROSTER_DEPTH = 4  # rosters in one another
CHOICES_MANY = 300  # beyond this a list belongs into master data: the phone gets slow
CHOICES = 1_000
LINT_FAULTS = 2_000  # faults listed for one form
PATIENCE = 20  # by the clock a call may take so many times its limit: a twentieth of one core
INSPECTION_SECONDS = 8.0  # what the engine may compute to open a form

# Answers of one assignment
ANSWER_BYTES = 1024 * 1024
ANSWER_DEPTH = 32
ANSWER_OBJECTS = 5_000  # roster rows of all rosters together, and every other object
ANSWER_VALUES = 20_000  # numbers, texts, lists, all: what the check of hostile answers costs
ARCHIVED_BYTES = 256 * 1024

# One answer
TEXT_LENGTH = 10_000
COMMENT_LENGTH = 50_000
CODE_LENGTH = 200  # a code of a master data set
BARCODE_LENGTH = 4_000
SIGNATURE_LENGTH = 64 * 1024  # a signature kept in the answers as a small picture
NUMBER_LIMIT = 1e18  # below 2**63: what a 64-bit reader takes
ATTACHMENTS = 100  # photos or files of one question

# Rows of a roster whose form names no maximum: survey-core's own defaults
PANEL_ROWS = 100
MATRIX_ROWS = 1_000

# Faults listed for one set of answers
FAULTS = 100
LABEL_LENGTH = 255
