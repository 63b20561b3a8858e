"""People who sign in, and their teams."""

from typing import Any, ClassVar

from django.contrib.auth.models import AbstractBaseUser, BaseUserManager, PermissionsMixin
from django.db import models
from django.db.models.functions import Lower
from django.utils.translation import gettext_lazy as _

from crm.models.fields import search_text, sort_key


class Language(models.TextChoices):
    POLISH = "pl", _("Polish")
    ENGLISH = "en", _("English")


class Theme(models.TextChoices):
    SYSTEM = "system", _("As the system")
    LIGHT = "light", _("Light")
    DARK = "dark", _("Dark")


class Team(models.Model):
    """Sales people who may see one another's leads, by the visibility setting."""

    name = models.CharField(_("name"), max_length=100)

    class Meta:
        verbose_name = _("team")
        verbose_name_plural = _("teams")
        ordering = ["name"]
        constraints = [models.UniqueConstraint(Lower("name"), name="team_name_unique")]

    def __str__(self) -> str:
        return self.name


class UserManager(BaseUserManager["User"]):
    """Users are known by e-mail; those that only an import knows have none yet."""

    def create_user(self, email: str, password: str | None = None, **fields: Any) -> "User":
        user = self.model(email=self.normalize_email(email).lower(), **fields)
        user.set_password(password)
        user.save(using=self._db)
        return user

    def create_superuser(self, email: str, password: str | None = None, **fields: Any) -> "User":
        return self.create_user(email, password, is_superuser=True, **fields)

    def get_by_natural_key(self, username: str | None) -> "User":
        return self.get(email__iexact=username)


class User(AbstractBaseUser, PermissionsMixin):
    """A person of the sales team. Without an e-mail, only a name that an import brought: nobody can sign in as it."""

    email = models.EmailField(_("e-mail"), unique=True, null=True, blank=True)
    first_name = models.CharField(_("first name"), max_length=100, blank=True)
    last_name = models.CharField(_("last name"), max_length=100, blank=True)
    photo = models.ImageField(_("photo"), upload_to="photos/", blank=True)
    phone_extension = models.CharField(_("phone extension"), max_length=20, blank=True)
    signature = models.TextField(_("signature"), max_length=2000, blank=True)
    language = models.CharField(_("language"), max_length=2, choices=Language, default=Language.POLISH)
    theme = models.CharField(_("theme"), max_length=6, choices=Theme, default=Theme.SYSTEM)
    team = models.ForeignKey(
        Team, verbose_name=_("team"), null=True, blank=True, on_delete=models.PROTECT, related_name="members"
    )
    is_active = models.BooleanField(_("active"), default=True)
    created_at = models.DateTimeField(_("created"), auto_now_add=True)
    lead_columns = models.JSONField(_("columns of the lead list"), default=list, blank=True)
    name_sort = sort_key("last_name")
    search_text = search_text("first_name", "last_name", "email")

    # Of the user who asks, counted when they are loaded (crm.backends).
    unread_notifications: int = 0

    objects: ClassVar[UserManager] = UserManager()

    USERNAME_FIELD = "email"
    EMAIL_FIELD = "email"
    REQUIRED_FIELDS: ClassVar[list[str]] = []

    class Meta:
        verbose_name = _("user")
        verbose_name_plural = _("users")
        ordering = ["name_sort", "first_name", "pk"]
        constraints = [
            models.UniqueConstraint(Lower("email"), name="user_email_unique"),
            models.CheckConstraint(
                condition=models.Q(email__isnull=False) | models.Q(is_active=False), name="user_active_has_email"
            ),
        ]
        permissions = [("manage_own_team", _("Can manage users of the own team"))]

    def __str__(self) -> str:
        return self.get_full_name()

    def get_full_name(self) -> str:
        return f"{self.first_name} {self.last_name}".strip() or self.email or "–"

    def get_short_name(self) -> str:
        return self.first_name or self.get_full_name()

    @property
    def initials(self) -> str:
        """One or two capital letters for the place of a missing photo."""
        letters = [part[0] for part in (self.first_name, self.last_name) if part] or [(self.email or "–")[0]]
        return "".join(letters).upper()
