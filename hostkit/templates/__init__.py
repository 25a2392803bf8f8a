"""What modules write pages and mails with: `api.templates`."""

from hostkit.templates._templates import TemplateFailedError, Templates

__all__ = ["TemplateFailedError", "Templates"]
