"""What modules send mails with: `api.send_mail`."""

from hostkit.mail._errors import MailError, MailRefusedError, MailUnavailableError
from hostkit.mail._service import MailService

__all__ = ["MailError", "MailRefusedError", "MailService", "MailUnavailableError"]
