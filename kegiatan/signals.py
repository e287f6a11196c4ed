"""What this app tells those that are built on it."""

from django.dispatch import Signal

# A new version of a questionnaire, sent in the transaction that publishes it.
# actor: User; kegiatan: KegiatanStatistik; version: FormVersion.
form_published = Signal()
