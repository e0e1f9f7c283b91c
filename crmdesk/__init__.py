"""crmdesk: a CRM for field sales that works a whole day without a network and loses nothing."""

__version__ = "0.1.0"
