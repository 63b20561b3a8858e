"""Settings shared by development, tests and production."""

import pghistory
from celery.schedules import crontab
from csp.constants import NONCE
from django.db import models
from django.utils.translation import gettext_lazy as _

from config.env import BASE_DIR, env

INSTALLED_APPS = [
    "crm",
    "leads",
    "communications",
    "documents",
    "reports",
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.messages",
    "django.contrib.postgres",
    "whitenoise.runserver_nostatic",
    "django.contrib.staticfiles",
    "django.forms",
    "allauth",
    "allauth.account",
    "allauth.mfa",
    "allauth.usersessions",
    "csp",
    "django_filters",
    "django_htmx",
    "pgtrigger",
    "pghistory",
]

MIDDLEWARE = [
    "crm.middleware.send_files_in_pieces",
    "django.middleware.security.SecurityMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "csp.middleware.CSPMiddleware",
    "crm.middleware.request_size",
    "crm.middleware.SessionMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "crm.middleware.UserLanguageMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "django_htmx.middleware.HtmxMiddleware",
    "allauth.account.middleware.AccountMiddleware",
    "crm.middleware.LoginRequiredMiddleware",
    "pghistory.middleware.HistoryMiddleware",
]

ROOT_URLCONF = "config.urls"
WSGI_APPLICATION = "config.wsgi.application"
ASGI_APPLICATION = "config.asgi.application"

TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "DIRS": [BASE_DIR / "templates"],
        "APP_DIRS": True,
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.request",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
                "crm.context_processors.layout",
            ],
            "builtins": ["django_htmx.templatetags.django_htmx", "crm.templatetags.lejek"],
        },
    },
]
FORM_RENDERER = "django.forms.renderers.TemplatesSetting"

# --- Database -----------------------------------------------------------------------------------------------------

DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"
# Each event carries who and why itself: the history of a lead is one index scan, with no join.
PGHISTORY_CONTEXT_FIELD = pghistory.ContextJSONField()
PGHISTORY_CONTEXT_ID_FIELD = pghistory.ContextUUIDField()
PGHISTORY_OBJ_FIELD = pghistory.ObjForeignKey(db_constraint=False, on_delete=models.DO_NOTHING)
PGHISTORY_ADMIN_CLASS = None
# Events are read by lead alone (LeadEvent, LeadTaggingEvent): an index for each reference would only cost every save.
PGHISTORY_FOREIGN_KEY_FIELD = pghistory.ForeignKey(db_index=False)
# The moment of the change, not of its transaction: events of leads and of their tags sort into one history.
PGHISTORY_CREATED_AT_FUNCTION = "CLOCK_TIMESTAMP()"

# --- Accounts -----------------------------------------------------------------------------------------------------

AUTH_USER_MODEL = "crm.User"
AUTHENTICATION_BACKENDS = ["crm.backends.Backend"]
AUTH_PASSWORD_VALIDATORS = [
    {"NAME": "django.contrib.auth.password_validation.UserAttributeSimilarityValidator"},
    {"NAME": "django.contrib.auth.password_validation.MinimumLengthValidator", "OPTIONS": {"min_length": 10}},
    {"NAME": "django.contrib.auth.password_validation.CommonPasswordValidator"},
]
LOGIN_URL = "account_login"
LOGIN_REDIRECT_URL = "/"
ACCOUNT_ADAPTER = "crm.accounts.AccountAdapter"
ACCOUNT_LOGIN_METHODS = {"email"}
ACCOUNT_SIGNUP_FIELDS = ["email*", "password1*", "password2*"]
ACCOUNT_USER_MODEL_USERNAME_FIELD = None
ACCOUNT_EMAIL_VERIFICATION = "none"
ACCOUNT_LOGOUT_REDIRECT_URL = "account_login"
ACCOUNT_SESSION_REMEMBER = None
ACCOUNT_REAUTHENTICATION_REQUIRED = True
ACCOUNT_EMAIL_NOTIFICATIONS = True
ACCOUNT_EMAIL_UNKNOWN_ACCOUNTS = False
ACCOUNT_EMAIL_SUBJECT_PREFIX = ""
ACCOUNT_FORMS = {
    "login": "crm.forms.accounts.LoginForm",
    "reset_password": "crm.forms.accounts.ResetPasswordForm",
    "reset_password_from_key": "crm.forms.accounts.ResetPasswordKeyForm",
    "change_password": "crm.forms.accounts.ChangePasswordForm",
    "set_password": "crm.forms.accounts.SetPasswordForm",
    "reauthenticate": "crm.forms.accounts.ConfirmPasswordForm",
}
MFA_FORMS = {
    "authenticate": "crm.forms.accounts.CodeForm",
    "reauthenticate": "crm.forms.accounts.ConfirmCodeForm",
    "activate_totp": "crm.forms.accounts.ActivateTOTPForm",
    "add_webauthn": "crm.forms.accounts.AddKeyForm",
    "edit_webauthn": "crm.forms.accounts.EditKeyForm",
}
MFA_SUPPORTED_TYPES = ["totp", "webauthn", "recovery_codes"]
MFA_TOTP_ISSUER = "Lejek"

# --- Language and time --------------------------------------------------------------------------------------------

LANGUAGE_CODE = "pl"
LANGUAGES = [("pl", _("Polish")), ("en", _("English"))]
LOCALE_PATHS = [BASE_DIR / "locale"]
USE_I18N = True
USE_TZ = True
TIME_ZONE = env.str("TIME_ZONE", default="Europe/Warsaw")

# --- Static files and uploads -------------------------------------------------------------------------------------

NODE_MODULES = BASE_DIR / "node_modules"
STATIC_URL = "/static/"
STATICFILES_DIRS = [
    BASE_DIR / "static",
    ("vendor/tabler/css", NODE_MODULES / "@tabler/core/dist/css"),
    ("vendor/tabler/img", NODE_MODULES / "@tabler/core/dist/img"),
    ("vendor/tabler/js", NODE_MODULES / "@tabler/core/dist/js"),
    ("vendor/trix", NODE_MODULES / "trix/dist"),
    ("vendor/tom-select", NODE_MODULES / "tom-select/dist"),
    ("vendor/inter", NODE_MODULES / "@fontsource-variable/inter"),
    ("vendor/sortablejs", NODE_MODULES / "sortablejs"),
    ("vendor/echarts", NODE_MODULES / "echarts/dist"),
]
TABLER_ICONS = NODE_MODULES / "@tabler/icons/icons"
MEDIA_URL = "/media/"
FILE_UPLOAD_MAX_MEMORY_SIZE = 2 * 1024 * 1024
DATA_UPLOAD_MAX_MEMORY_SIZE = 5 * 1024 * 1024
DATA_UPLOAD_MAX_NUMBER_FIELDS = 2000
# The largest body of a request, files included; larger ones are refused unread (413).
REQUEST_MAX_BYTES = 64 * 1024 * 1024

# --- Reference data ---------------------------------------------------------------------------------------------------

# How rows of later apps take another item in the place of one (crm.services.replacing.Replacer); the rest is updated.
REFERENCE_REPLACERS = {
    "leads.Lead": "leads.services.replacing.replace_in_leads",
    "leads.LeadTagging": "leads.services.replacing.replace_tag",
    "communications.EmailTemplateType": "communications.services.templates.replace_in_templates",
    "communications.EmailTemplateStatus": "communications.services.templates.replace_in_templates",
}
# Where the rows that use a reference item are listed.
USE_LISTS = {
    "leads.Lead": "leads.panel.use_url",
    "leads.LeadTagging": "leads.panel.use_url",
    "documents.Order": "documents.listing.orders_use_url",
    "documents.Invoice": "documents.listing.invoices_use_url",
}
# Logs of the past: they are never rewritten, so an item that one tells of is archived instead of deleted.
REFERENCE_LOGS = ["leads.LeadStatusChange", "documents.Order", "documents.Invoice"]
# Once one of these has a row, the currency of the system is fixed.
CURRENCY_HOLDERS = ["leads.Lead", "documents.Order", "documents.Invoice"]

# --- What later apps add to ------------------------------------------------------------------------------------------

# Parameters of „Ustawienia” (crm.parameters.AddedParameter), in the order of the form.
ADDED_PARAMETERS = ["communications.leads_account.LEADS_ACCOUNT"]

# Search everywhere: a crm.finding.Provider each, in the order of their groups.
SEARCH_PROVIDERS = [
    "crm.finders.PAGES",
    "leads.finders.LEADS",
    "crm.finders.PARTNERS",
    "documents.finders.ORDERS_FOUND",
    "documents.finders.INVOICES_FOUND",
    "crm.finders.PRODUCTS",
]

# Mój dzień: a function each (leads.my_day.Provider), in the order of their blocks.
MY_DAY_PROVIDERS = [
    "communications.my_day.calls_to_process",
    "communications.my_day_mail.emails_to_process",
    "communications.my_day_mail.new_replies",
    "leads.my_day_blocks.due_activities",
    "leads.my_day_blocks.overdue_leads",
    "leads.my_day_blocks.stuck_leads",
    "leads.my_day_blocks.undated_leads",
    "leads.my_day_blocks.undescribed_leads",
]

# Where data of people stand (crm.personal.PersonalData): what is searched, given out and anonymised, in this order.
PERSONAL_DATA = [
    "leads.personal.tables.CRM",
    "leads.personal.tables.LEADS",
    "communications.personal.COMMUNICATIONS",
    "documents.personal.DOCUMENTS",
    "reports.personal.REPORTS",
]

# What can be kept for a number of months (leads.personal.retention.RetentionKind), in the order of the page.
RETENTION_KINDS = [
    "communications.retention.IGNORED_EMAILS",
    "communications.retention.IGNORED_CALLS",
    "communications.retention.RECORDINGS",
    "leads.personal.retention.LOST_LEADS",
]

# What later apps put into demo data: functions without arguments, called in this order after the leads are there.
DEMO_BUILDERS = [
    "communications.demo.calls.add_calls",
    "communications.demo.emails.add_emails",
    "communications.demo.templates.add_templates",
    "communications.demo.outgoing.add_states",
    "documents.demo.add_documents",
    "reports.demo.add_reports",
    "leads.demo.privacy.add_privacy",
]

# E-mails of other apps: who sends them (leads.mailing.MailSender), and what the dialog „Napisz e-mail” may begin with,
# by the word in its address (leads.mailing.MailSource).
MAIL_SENDER = "communications.services.mail_sender.SENDER"
MAIL_SOURCES = {"invoice": "documents.mailing.INVOICES", "order": "documents.mailing.ORDERS"}

# Buttons on the card of a lead (leads.card_actions.CardActionProvider), in their order.
LEAD_CARD_ACTIONS = [
    "communications.card_actions.write_email",
    "communications.call_action.call_lead",
    "documents.card_actions.create_order",
    "documents.card_actions.create_invoice",
]

# Tabs of the section „Leady” that later apps add: a function (leads.sections.Provider) each.
LEAD_TABS = ["communications.tabs.section_tabs"]

# Whether a lead has a confirmed order (leads.orders.OrderLookup).
LEAD_HAS_ORDER = "documents.orders_of_leads.has_order"

# The condition for leads that somebody has been in touch with (leads.contacts).
LEAD_CONTACTED = "communications.contacts.contacted"

# --- Invoices ---------------------------------------------------------------------------------------------------------

# Where the QR codes of invoices lead; the ministry has an address for tests too: https://qr-test.ksef.mf.gov.pl
KSEF_QR_URL = env.str("KSEF_QR_URL", default="https://qr.ksef.mf.gov.pl")

# --- Celery -------------------------------------------------------------------------------------------------------

CELERY_TIMEZONE = TIME_ZONE
CELERY_TASK_TRACK_STARTED = True
CELERY_TASK_ACKS_LATE = True
CELERY_TASK_REJECT_ON_WORKER_LOST = True
CELERY_WORKER_PREFETCH_MULTIPLIER = 1
CELERY_WORKER_HIJACK_ROOT_LOGGER = False
CELERY_BROKER_CONNECTION_RETRY_ON_STARTUP = True
CELERY_TASK_IGNORE_RESULT = True
CELERY_BEAT_SCHEDULE = {
    "send waiting mail": {"task": "communications.tasks.send_waiting_mail", "schedule": 15.0},
    "start due mail": {"task": "communications.tasks.start_due_mail", "schedule": 15.0},
    "resume stalled imports": {"task": "leads.tasks.resume_stalled_imports", "schedule": 15.0},
    "resume stalled bulk changes": {"task": "leads.tasks.resume_stalled_bulks", "schedule": 15.0},
    "resume stalled people": {"task": "leads.tasks.resume_stalled_people", "schedule": 15.0},
    "resume stalled retention": {"task": "leads.tasks.resume_stalled_retention", "schedule": 15.0},
    "apply retention": {"task": "leads.tasks.apply_retention", "schedule": crontab(hour=3, minute=10)},
    "forget old people": {"task": "leads.tasks.forget_old_people", "schedule": 3600.0},
    "forget old notifications": {"task": "crm.tasks.forget_old_notifications", "schedule": 24 * 3600.0},
    "fold column totals": {"task": "leads.tasks.fold_column_totals", "schedule": 60.0},
    "compare names of leads": {"task": "leads.tasks.compare_names_of_leads", "schedule": 60.0},
    "tell due activities": {"task": "leads.tasks.tell_due_activities", "schedule": 60.0},
    "tell of telephony": {"task": "communications.tasks.tell_of_telephony", "schedule": 300.0},
    "note sent invoices": {"task": "documents.tasks.note_sent_invoices", "schedule": 60.0},
    "fetch waiting recordings": {"task": "communications.tasks.fetch_waiting_recordings", "schedule": 60.0},
    "send waiting notifications": {"task": "crm.tasks.send_waiting_notification_mails", "schedule": 60.0},
}

# --- Telephony ----------------------------------------------------------------------------------------------------

ZADARMA_API_URL = "https://api.zadarma.com"
# Hosts of telephony in the company's own network: they may be asked over http, and have an internal address.
TELEPHONY_TRUSTED_HOSTS = env.list("TELEPHONY_TRUSTED_HOSTS", default=[])

# --- Mail ---------------------------------------------------------------------------------------------------------

DEFAULT_FROM_EMAIL = env.str("DEFAULT_FROM_EMAIL", default="Lejek <lejek@localhost>")
vars().update(env.email_url("EMAIL_URL", default="consolemail://"))

# Where links in mails lead that no request asked for.
PUBLIC_URL = env.str("PUBLIC_URL", default=f"http://127.0.0.1:{env.str('PORT', default='') or 8000}").rstrip("/")

# --- Mailboxes ----------------------------------------------------------------------------------------------------

# The certificate of an authority that mail servers of the company are trusted by, beside the usual ones.
MAIL_CA_FILE = env.str("MAIL_CA_FILE", default="")
# Mail servers in the company's own network that accounts may name: host or host:port, as it is typed in the account.
MAIL_TRUSTED_HOSTS = env.list("MAIL_TRUSTED_HOSTS", default=[])
# The mail server that `make run` starts for demo data: what lets the demo's accounts use it, its ports (IMAP, SMTP).
DEMO_MAIL_CONNECTOR = "communications.demo.mailbox.connect_mailbox"
DEMO_MAIL_PORTS = env.list("DEMO_MAIL_PORTS", cast=int, default=[])
DEMO_MAIL_CERTIFICATE = ""

# Applications registered with Google and Microsoft, by the way to sign in (communications.oauth.Provider).
_tenant = env.str("MICROSOFT_OAUTH_TENANT", default="common")
MAIL_OAUTH = {
    "google": {
        "client_id": env.str("GOOGLE_OAUTH_CLIENT_ID", default=""),
        "client_secret": env.str("GOOGLE_OAUTH_CLIENT_SECRET", default=""),
        "authorize_url": "https://accounts.google.com/o/oauth2/v2/auth",
        "token_url": "https://oauth2.googleapis.com/token",
        "scope": "https://mail.google.com/",
        "imap_host": "imap.gmail.com",
        "imap_port": 993,
        "imap_security": "tls",
        "smtp_host": "smtp.gmail.com",
        "smtp_port": 465,
        "smtp_security": "tls",
        # Without both, Google gives no refresh token to whom it gave one before.
        "extra": {"access_type": "offline", "prompt": "consent"},
    },
    "microsoft": {
        "client_id": env.str("MICROSOFT_OAUTH_CLIENT_ID", default=""),
        "client_secret": env.str("MICROSOFT_OAUTH_CLIENT_SECRET", default=""),
        "authorize_url": f"https://login.microsoftonline.com/{_tenant}/oauth2/v2.0/authorize",
        "token_url": f"https://login.microsoftonline.com/{_tenant}/oauth2/v2.0/token",
        "scope": "https://outlook.office.com/IMAP.AccessAsUser.All https://outlook.office.com/SMTP.Send offline_access",
        "imap_host": "outlook.office365.com",
        "imap_port": 993,
        "imap_security": "tls",
        "smtp_host": "smtp.office365.com",
        "smtp_port": 587,
        "smtp_security": "starttls",
        "extra": {"prompt": "select_account"},
    },
}

# --- Browser safety -----------------------------------------------------------------------------------------------

X_FRAME_OPTIONS = "DENY"
CSRF_FAILURE_VIEW = "crm.views.errors.csrf_failure"
SESSION_COOKIE_HTTPONLY = True
SECURE_CONTENT_TYPE_NOSNIFF = True
SECURE_REFERRER_POLICY = "same-origin"
CONTENT_SECURITY_POLICY = {
    "DIRECTIVES": {
        "default-src": ["'self'"],
        "script-src": ["'self'"],
        # The nonce is for the one style element that the Trix editor makes; it is only sent by pages that print it.
        "style-src": ["'self'", NONCE],
        "img-src": ["'self'", "data:", "blob:"],
        "font-src": ["'self'"],
        "connect-src": ["'self'"],
        "object-src": ["'none'"],
        "base-uri": ["'none'"],
        "form-action": ["'self'"],
        "frame-ancestors": ["'none'"],
    }
}

# --- Log ----------------------------------------------------------------------------------------------------------

# To standard error, whatever runs the process keeps it. Django's own default is silent when DEBUG is off.
LOGGING = {
    "version": 1,
    "disable_existing_loggers": False,
    "formatters": {"line": {"format": "{asctime} {levelname} {name}: {message}", "style": "{"}},
    "handlers": {"console": {"class": "logging.StreamHandler", "formatter": "line"}},
    "root": {"handlers": ["console"], "level": env.str("LOG_LEVEL", default="WARNING")},
    "loggers": {"django": {"handlers": [], "level": "WARNING", "propagate": True}},
}
