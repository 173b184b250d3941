"""No-IP: https://www.noip.com/integrate (checked 2026-10).

The user name is an e-mail address, "group:user" for a group, or one half of a DDNS key.
The user agent must name program, version and contact, or the client is blocked.
What happens to the address that is not sent is uncertain: both go in one request.
Free hostnames lapse unless a person confirms them every 30 days: no update prevents
that reliably, so there is no keep-alive, which would only count as needless updates.
"""

from datetime import timedelta

from ..dialects.dyndns2 import Dialect, Dyndns2Provider
from ..dialects.fields import login
from ..provider_info import Limits, ProviderInfo, Unsent, listed


class NoIp(Dyndns2Provider):
    """noip.com."""

    info = ProviderInfo(
        slug="noip",
        name="No-IP",
        aliases=("noip.com",),
        domains=listed("""
            ddns.net hopto.org zapto.org sytes.net mmafan.biz myftp.biz
            no-ip.biz no-ip.ca fantasyleague.cc gotdns.ch 3utilities.com
            blogsyte.com ciscofreak.com damnserver.com ddnsking.com
            ditchyourip.com dnsiskinky.com dynns.com geekgalaxy.com
            health-carereform.com homesecuritymac.com homesecuritypc.com
            myactivedirectory.com mysecuritycamera.com myvnc.com
            net-freaks.com onthewifi.com point2this.com quicksytes.com
            securitytactics.com servebeer.com servecounterstrike.com
            serveexchange.com serveftp.com servegame.com servehalflife.com
            servehttp.com servehumour.com serveirc.com servemp3.com
            servep2p.com servepics.com servequake.com servesarcasm.com
            stufftoread.com unusualperson.com workisboring.com dvrcam.info
            ilovecollege.info no-ip.info brasilia.me ddns.me dnsfor.me
            hopto.me loginto.me noip.me webhop.me bounceme.net
            eating-organic.net mydissent.net myeffect.net mymediapc.net
            mypsx.net mysecuritycamera.net nhlfan.net no-ip.net pgafan.net
            privatizehealthinsurance.net redirectme.net serveblog.net
            serveminecraft.net cable-modem.org collegefan.org
            couchpotatofries.org mlbfan.org myftp.org mysecuritycamera.org
            nflfan.org no-ip.org read-books.org ufcfan.org no-ip.co.uk
            golffan.us noip.us pointto.us
        """),
        name_servers=("*.no-ip.com",),
        website="https://www.noip.com/",
        credentials_url="https://my.noip.com/",
        fields=login("DDNS key password"),
        limits=Limits(minimum_interval=timedelta(minutes=5), batch_size=20, at_once=1),
        pairs_families=True,
        unsent=Unsent.UNKNOWN,
    )
    dialect = Dialect(url="https://dynupdate.no-ip.com/nic/update")
