"""Messages as mail: MIME, SMTP, a Maildir or sendmail."""
