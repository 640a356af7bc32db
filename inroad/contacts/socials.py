# ruff: noqa: E501 - patterns and word lists are kept whole
"""Profiles on social networks: which links name one, and whose.

What lives here: the table of networks, and the reading of one link: company or person, post, or a share button that names nobody.
What does not: walking structured data (`schema_contacts`).
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache
from typing import Final
from urllib.parse import parse_qs, unquote, urlsplit

from inroad.contacts.document import Document
from inroad.contacts.finding import Finding

_MAX_URL: Final = 1_000
_SHARING: Final = frozenset(
    """share sharer sharer.php share.php sharearticle shareArticle intent share-offsite dialog submit sharing share_offsite
    pin widgets plugins embed
    login signup register signin oauth authorize help about terms privacy policies policy legal tos settings search explore
    home home.php hashtag tag
    tags topics ads business advertising developers developer jobs careers press contact download features pricing support
    apps api blog account
    accounts session logout notifications messages marketplace gaming watch me pg groups events directory mobile games
    geofilters cameras salary
    learning pulse posts l.php tr p reel reels stories tv video videos v i compose rsrc.php campaign policies.php cookies
    imprint impressum
    badges plugins.php permalink.php story.php photo.php photo media media.php recover.php legal.php ajax
    """.split()  # noqa: SIM905
)
_NAME: Final = r"[\w.\-%+~@]{1,120}"


@dataclass(frozen=True, slots=True)
class Profile:
    """What a link to a social network names.

    Attributes:
        network: The network's name in lower case.
        kind: "company", "person", "profile" where the network does not tell them apart, or "post", "video", "repository",
            "question", "job": content that names the network's user only indirectly.
        url: The profile's address: https, the link's own host, no tracking.
        handle: The name on the network.
    """

    network: str
    kind: str
    url: str
    handle: str


_CONTENT_KINDS: Final = frozenset(("post", "video", "repository", "question", "job"))

# Network, hosts (sub-domains included), and what a path means, first match wins; "!" refuses.
_TABLE: Final[tuple[tuple[str, str, tuple[tuple[str, str], ...]], ...]] = (
    ("facebook", "facebook.com fb.com fb.me fb.co m.me", (
        ("profile", r"profile\.php"), ("company", rf"pages/(?:category/{_NAME}/)?{_NAME}/\d+|p/{_NAME}-\d+"), ("company", rf"groups/{_NAME}"),
        ("person", rf"people/{_NAME}/\d+"), ("!", r"\d{1,4}$"), ("profile", rf"(?:#!/)?(?:pg/)?{_NAME}"))),
    ("instagram", "instagram.com instagr.am", (
        ("post", rf"(?:p|reel)/{_NAME}"), ("!", r"[^/]*\.\.|\.|[^/]*\.(?:/|$)"), ("profile", r"[A-Za-z0-9_.]{1,30}(?=/|$)"))),
    ("twitter", "twitter.com x.com", (
        ("post", r"(?:#!/)?@?\w{1,20}/status(?:es)?/\d+"), ("!", r"\w+/lists/|i/"), ("profile", r"(?:#!/)?@?\w{1,20}(?=/|$)"))),
    ("linkedin", "linkedin.com", (
        ("company", rf"(?:company|school|showcase|organization)/{_NAME}"), ("person", rf"in/{_NAME}"), ("person", rf"pub/{_NAME}(?:/\w+){{0,3}}"),
        ("company", rf"groups/{_NAME}"), ("post", r"(?:feed/update|posts)/[\w:%.\-]{5,200}"), ("profile", r"profile/view"))),
    ("xing", "xing.com", (
        ("person", rf"profile/{_NAME}"), ("company", rf"(?:pages|companies|company|companyprofile)/{_NAME}"))),
    ("youtube", "youtube.com", (
        ("company", rf"(?:channel|c|user)/{_NAME}"), ("company", r"@[\w.\-%]{2,60}"), ("video", r"watch(?=$|/)|embed/[\w\-]{6,20}|shorts/[\w\-]{6,20}|live/[\w\-]{6,20}"),
        ("!", r"(?:playlist|results|t|feed|redirect|subscription_center|premium|about|creators|yt|s|iframe_api|attribution_link|static|gaming|kids|channel|c|user|oembed|attribution)(?:/|$)"),
        ("profile", r"[\w.\-%]{2,60}(?=/|$)"))),
    ("youtube", "youtu.be", (("video", r"[\w\-]{6,20}"),)),
    ("tiktok", "tiktok.com", (("post", r"@[\w.\-]{2,40}/(?:video|photo)/\d+"), ("profile", r"@[\w.\-]{2,40}"))),
    ("pinterest", "pinterest.com pinterest.de pinterest.co.uk pinterest.fr pinterest.es pinterest.it pinterest.ca pinterest.at pinterest.ch pinterest.com.au pinterest.pt", (
        ("!", r"pin/|pinit|_|ideas/|today|js/"), ("profile", r"[\w\-%.]{2,60}(?=/|$)"))),
    ("vimeo", "vimeo.com", (
        ("video", r"(?:video/)?\d{6,12}(?=/|$)"), ("!", r"(?:video|channels|groups|ondemand|categories|upgrade|log_in|join|watch|features|create|stock|enterprise|showcase|album|video)(?:/|$)"),
        ("profile", r"[\w\-]{2,60}(?=/|$)"))),
    ("github", "github.com", (
        ("!", r"(?:topics|marketplace|sponsors|orgs|collections|trending|site|about|security|enterprise|team|customer-stories|readme|nonprofit|solutions)(?:/|$)"),
        ("repository", r"[\w\-]{1,39}/[\w.\-]{1,100}"), ("profile", r"[\w\-]{1,39}(?=/|$)"))),
    ("gitlab", "gitlab.com", (("!", r"(?:users|explore|help|groups)(?:/|$)"), ("repository", r"[\w.\-]{2,60}/[\w.\-]{1,100}"), ("profile", r"[\w.\-]{2,60}"))),
    ("bitbucket", "bitbucket.org", (("repository", r"[\w.\-]{2,60}/[\w.\-]{1,100}"), ("profile", r"[\w.\-]{2,60}"))),
    ("medium", "medium.com", (("post", r"@[\w.\-]{1,60}/[\w\-%]{5,200}"), ("profile", r"@[\w.\-]{1,60}"), ("profile", r"u/[0-9a-f]{6,20}"))),
    ("mastodon", "mastodon.social mastodon.online mstdn.social fosstodon.org hachyderm.io chaos.social mas.to social.tchncs.de ruhr.social norden.social techhub.social", (
        ("post", r"@[\w.\-@]{1,90}/\d+"), ("profile", r"@[\w.\-@]{1,90}"))),
    ("bluesky", "bsky.app", (("post", r"profile/[\w.\-:]{3,100}/post/\w+"), ("profile", r"profile/[\w.\-:]{3,100}"))),
    ("threads", "threads.net threads.com", (("post", r"@[\w.]{1,40}/post/[\w\-]+"), ("profile", r"@[\w.]{1,40}"))),
    ("reddit", "reddit.com", (("person", r"(?:u|user)/[\w\-]{3,30}"),)),
    ("snapchat", "snapchat.com", (("profile", r"add/[\w.\-]{2,40}"),)),
    ("telegram", "t.me telegram.me telegram.dog", (("company", r"joinchat/[\w\-]{8,40}"), ("!", r"(?:iv|addstickers|setlanguage|proxy|socks|login)(?:/|$)|\+"), ("profile", r"(?:s/)?\w{4,40}(?=/|$)"))),
    ("discord", "discord.gg", (("company", r"[\w\-]{2,40}"),)),
    ("discord", "discord.com discordapp.com", (("company", r"invite/[\w\-]{2,40}"),)),
    ("twitch", "twitch.tv", (("!", r"(?:directory|videos|p|downloads|turbo|store|subs)(?:/|$)"), ("profile", r"\w{3,30}(?=/|$)"))),
    ("soundcloud", "soundcloud.com", (("!", r"(?:discover|stream|upload|pages|you|charts)(?:/|$)"), ("profile", r"[\w\-]{2,60}(?=/|$)"))),
    ("flickr", "flickr.com", (("profile", r"(?:photos|people)/[\w@\-%.]{2,60}"), ("company", r"groups/[\w@\-]{2,60}"))),
    ("tumblr", "tumblr.com", (("!", r"(?:dashboard|register|widgets)(?:/|$)"), ("profile", r"(?:blog/(?:view/)?)?[\w\-]{2,60}(?=/|$)"))),
    ("slideshare", "slideshare.net", (("post", r"[\w\-]{2,60}/[\w\-]{3,200}"), ("profile", r"[\w\-]{2,60}"))),
    ("yelp", "yelp.com yelp.de yelp.fr yelp.co.uk yelp.ca yelp.it yelp.es yelp.ie yelp.com.au", (("company", r"biz/[\w\-%]{2,120}"),)),
    ("tripadvisor", "tripadvisor.com tripadvisor.de tripadvisor.co.uk tripadvisor.fr tripadvisor.it tripadvisor.es tripadvisor.ie", (("company", r"[A-Z]\w+_Review-g\d+[\w\-.]{3,200}"),)),
    ("foursquare", "foursquare.com", (("company", r"v/[\w\-%]{1,120}(?:/[0-9a-f]{10,40})?"), ("profile", r"(?:user/)?[\w\-]{2,60}(?=/|$)"))),
    ("crunchbase", "crunchbase.com", (("company", r"(?:organization|company)/[\w\-.]{1,100}"), ("person", r"person/[\w\-.]{1,100}"))),
    ("glassdoor", "glassdoor.com glassdoor.de glassdoor.co.uk glassdoor.ca", (("company", r"Overview/[\w\-.,]{3,200}|Reviews/[\w\-.,]{3,200}"),)),
    ("kununu", "kununu.com", (("company", r"(?:de|at|ch)/[\w\-]{2,100}|[\w\-]{4,100}(?=/|$)"),)),
    ("trustpilot", "trustpilot.com", (("company", r"review/[\w.\-]{3,120}"),)),
    ("angellist", "angel.co wellfound.com", (("job", r"company/[\w\-]{1,80}/jobs/\d+[\w\-]*"), ("company", r"company/[\w\-]{1,80}(?:/\w+)?"), ("person", r"(?:u|p)/[\w\-]{1,80}"))),
    ("vk", "vk.com vkontakte.ru", (("!", r"(?:share\.php|feed|wall|widget|away\.php)"), ("profile", r"[\w.]{2,60}(?=/|$)"))),
    ("odnoklassniki", "ok.ru", (("company", r"group/\w{3,60}"), ("profile", r"(?:profile/)?\w{3,60}(?=/|$)"))),
    ("weibo", "weibo.com", (("profile", r"(?:u/)?\w{2,40}(?=/|$)"),)),
    ("google_plus", "plus.google.com", (("profile", r"(?:b/\d+/)?(?:u/\d/)?(?:\d{10,25}|\+[\w%.\-]{2,60})"),)),
    ("google_maps", "g.page", (("company", r"(?:r/)?[\w\-]{3,80}"),)),
    ("hackernews", "news.ycombinator.com", (("person", r"user(?=$|/)"), ("post", r"item(?=$|/)"))),
    ("stackexchange", "stackexchange.com stackoverflow.com serverfault.com superuser.com askubuntu.com", (
        ("person", r"users/\d+(?:/[\w\-%]{1,80})?"), ("question", r"q(?:uestions)?/\d+[\w\-/]{0,120}"))),
    ("stackoverflow", "ru.stackoverflow.com es.stackoverflow.com pt.stackoverflow.com ja.stackoverflow.com", ()),
    ("behance", "behance.net", (("!", r"(?:gallery|search|joblist|galleries)(?:/|$)"), ("profile", r"[\w\-]{2,60}(?=/|$)"))),
    ("dribbble", "dribbble.com", (("!", r"(?:shots|tags|designers)(?:/|$)"), ("profile", r"[\w\-]{2,60}(?=/|$)"))),
    ("patreon", "patreon.com", (("profile", r"(?:c/|user)?[\w\-]{0,60}(?=/|$)"),)),
    ("periscope", "periscope.tv", (("profile", r"\w{2,60}(?=/|$)"),)),
    ("feedburner", "feeds.feedburner.com", (("profile", r"[\w\-/]{2,80}"),)),
    ("whatsapp", "wa.me", (("profile", r"(?:c/|message/)?\+?\w{6,20}(?=/|$)"),)),
    ("line", "line.me", (("profile", r"R?/?ti/p/[\w@%\-~]{2,60}"),)),
    ("spotify", "open.spotify.com", (("profile", r"(?:user|artist|show)/\w{3,40}"),)),
    ("researchgate", "researchgate.net", (("person", r"profile/[\w\-]{3,80}"),)),
    ("orcid", "orcid.org", (("person", r"\d{4}-\d{4}-\d{4}-\d{3}[\dX]"),)),
    ("meetup", "meetup.com", (("company", r"(?:[a-z]{2}-[A-Z]{2}/)?[\w\-]{4,80}(?=/|$)"),)),
    ("linktree", "linktr.ee", (("profile", r"[\w.\-]{2,60}"),)),
    ("houzz", "houzz.com", (("profile", r"pro/[\w\-]{2,80}"),)),
)  # fmt: skip

_NETWORKS: Final = {
    host: (network, tuple((kind, re.compile(pattern)) for kind, pattern in rules))
    for network, hosts, rules in _TABLE
    for host in hosts.split()
}
_QUERY_KEPT: Final = {"profile.php": ("id",), "watch": ("v",), "user": ("id",), "item": ("id",), "view": ("id",)}
_QUICK = re.compile(
    r"(?:"
    + "|".join(sorted({re.escape(host.rsplit(".", 2)[-2]) for host in _NETWORKS if host.count(".")}, key=len, reverse=True))
    + r")\.",
    re.IGNORECASE,
)


@lru_cache(maxsize=20_000)
def profile_of(link: str) -> Profile | None:
    """What a link names on a social network.

    Args:
        link: Absolute http(s) URL, or one that begins with `//` or `www.`.

    Returns:
        The profile, or None for other sites, share buttons, log-in pages and a network's own pages.
    """
    link = link.strip()
    if len(link) > _MAX_URL or not _QUICK.search(link):
        return None
    if link.startswith("//"):
        link = "https:" + link
    elif link.lower().startswith("www."):
        link = "https://" + link
    try:
        parts = urlsplit(link)
        host = (parts.hostname or "").lower().rstrip(".")
    except ValueError:
        return None
    if parts.scheme.lower() not in {"http", "https"} or not host:
        return None
    bare = host.removeprefix("www.")
    known = _lookup(bare)
    if known is None:
        return None
    path = parts.path.strip("/")
    if parts.fragment.startswith("!/") and not path:
        path = parts.fragment[2:].strip("/")
    return _read(known[0], known[1], host, unquote(path), path, parts.query)


def _lookup(host: str) -> tuple[str, tuple[tuple[str, re.Pattern[str]], ...]] | None:
    if host in _NETWORKS:
        return _NETWORKS[host]
    sub, _, parent = host.partition(".")
    if parent in _NETWORKS and sub not in {"about", "business", "developers", "developer", "help", "support", "blog", "ads", "api", "l", "lm", "platform", "status",
                                           "careers", "newsroom", "static", "cdn", "maps", "connect", "graph", "badge", "policies", "analytics", "news", "docs"}:  # fmt: skip
        return _NETWORKS[parent]
    return None


def _read(
    network: str, rules: tuple[tuple[str, re.Pattern[str]], ...], host: str, path: str, written: str, query: str
) -> Profile | None:
    first = path.split("/", 1)[0]
    for kind, pattern in rules:
        match = pattern.match(path)
        if not match:
            continue
        if kind == "!":
            return None
        if (
            kind in {"profile", "company", "person"}
            and match.end() <= len(first)
            and (first.lower() in _SHARING or not _is_handle(first))
        ):
            return None
        segments = written.split("/")[: match.group().rstrip("/").count("/") + 1]
        return Profile(network, kind, _profile_url(host, "/".join(segments), query), match.group().rsplit("/", 1)[-1].lstrip("@"))
    if network == "tumblr" and host not in {"tumblr.com", "www.tumblr.com"} and not path:
        return Profile(network, "profile", f"https://{host}/", host.partition(".")[0])
    return None


def _is_handle(segment: str) -> bool:
    return (
        bool(re.search(r"\w", segment)) and not segment.lower().endswith((".php", ".html", ".js", ".xml"))
    ) or segment == "profile.php"


def _profile_url(host: str, path: str, query: str) -> str:
    url = f"https://{host}/{path.removeprefix('#!/')}"
    kept = _QUERY_KEPT.get(path.rsplit("/", 1)[-1], ())
    values = parse_qs(query[:_MAX_URL], max_num_fields=30) if kept and query.count("&") < 30 else {}
    pairs = [f"{key}={values[key][0]}" for key in kept if key in values]
    return url + ("?" + "&".join(pairs) if pairs else "")


def find_socials(document: Document) -> list[Finding]:
    """Every profile that a page links to."""
    found: list[Finding] = []
    links = (element for tag in ("a", "area", "link") for element in document.by_tag.get(tag, ()))
    for element in links:
        href = element.attrs.get("href", "")
        if not _begins_absolute(href):
            continue
        profile = profile_of(href)
        if profile is not None:
            found.append(_finding(profile, href, element.index, list(_relations(element.attrs.get("rel", "")))))
    return found


def _begins_absolute(href: str) -> bool:
    return href[:1] not in "/#?." or href[:2] == "//"


def _relations(rel: str) -> Iterator[str]:
    yield from (word for word in rel.lower().split()[:10] if word in {"me", "author", "publisher"})


def _finding(profile: Profile, href: str, element: int, relations: list[str]) -> Finding:
    confidence = 0.35 if profile.kind in _CONTENT_KINDS else 0.95 if relations else 0.9
    details = {"network": profile.network, "type": profile.kind, "handle": profile.handle}
    return Finding("social", profile.url, href, "link", confidence, element=element, details=details)
