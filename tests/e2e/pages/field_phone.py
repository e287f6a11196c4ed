"""What the phone of a PPL or a PML sends, over HTTP as from outside; its screens come later."""

import json
from typing import Any, cast
from urllib.request import Request, urlopen

from tests.assignments.sending import operation
from tests.e2e.pages.tab import PASSWORD

ANSWERS = {
    "nomor_urut_bangunan": 7,
    "nama_krt": "Siti Aminah",
    "alamat": "RT 001 RW 01, Sungai Contoh",
    "jumlah_art": 4,
}


class FieldPhone:
    """A signed-in device. Keeps what the feed gave it."""

    def __init__(
        self, base: str, email: str, password: str = PASSWORD, *, kegiatan: str = ""
    ) -> None:
        """Sign in as the app does. kegiatan: id; else the first."""
        self.base = base
        self.token = ""
        body = {"email": email, "password": password, "device_name": "HP lapangan"}
        self.token = str(self._call("POST", "/auth/token/", body)["token"])
        self.kegiatan = kegiatan or str(self._call("GET", "/kegiatan/")["results"][0]["id"])
        self.units: dict[str, dict[str, Any]] = {}
        self.pull()

    def _call(self, method: str, path: str, body: Any = None) -> dict[str, Any]:
        request = Request(
            f"{self.base}/api/v1{path}",
            data=None if body is None else json.dumps(body).encode(),
            method=method,
            headers={"Content-Type": "application/json", "Accept-Language": "id"},
        )
        if self.token:
            request.add_header("Authorization", f"Bearer {self.token}")
        with urlopen(request, timeout=30) as reply:
            return cast(dict[str, Any], json.loads(reply.read()))

    def pull(self) -> None:
        """Fetch what is this person's now."""
        reply = self._call("GET", f"/kegiatan/{self.kegiatan}/changes/")
        self.units = {unit["label"]: unit for unit in reply["assignments"]}

    def act(self, kind: str, label: str, **data: Any) -> dict[str, Any]:
        """Send one operation about a unit, based on what this phone saw of it; return its result.

        label: of the unit when it was last fetched.
        """
        unit = self.units[label]
        sent = operation(kind, unit["id"], base_version=unit["response"]["version"], data=data)
        reply = self._call("POST", f"/kegiatan/{self.kegiatan}/operations/", {"operations": [sent]})
        result: dict[str, Any] = reply["results"][0]
        return result

    def do(self, kind: str, label: str, **data: Any) -> None:
        """Send one operation that must be applied, then fetch."""
        result = self.act(kind, label, **data)
        assert result["outcome"] == "applied", result
        kept = self.units[label]["id"]
        self.pull()
        found = [unit for unit in self.units.values() if unit["id"] == kept]
        if found:  # the label follows the answers; the unit stays known by its old one
            self.units[label] = found[0]

    def interview(self, label: str, **answers: Any) -> None:
        """Open a unit and send the answers."""
        if self.units[label]["response"]["status"] == "Assigned":
            self.do("open", label)
        self.do("submit", label, **submitted(**answers))


def submitted(**answers: Any) -> dict[str, Any]:
    """Return the data of a submit; answers: what differs from the usual ones."""
    return {
        "responses": {**ANSWERS, **answers},
        "form_version_used": 1,
        "visit_outcome": "selesai dicacah",
    }
