"""Making one unit: rows, coverage, crew, ids that exist elsewhere."""

import uuid
from typing import Any

import pytest

from assignments.coverage import NO_LEVELS, OutsideWilayah, UnknownRegion, split_region_code
from assignments.errors import IdTaken
from assignments.models import Assignment, AssignmentFeed, AssignmentResponse, ResponseHistory
from assignments.services.creating import AssignmentSpec, assignment_create
from assignments.services.crew import NotInCrew
from cerdas.errors import Invalid
from cerdas.tenancy import super_scope, tenant_scope
from kegiatan.errors import SatkerHasLeft
from kegiatan.models import KegiatanSatker, KegiatanSatkerUserRole
from masterdata.models import MasterSls
from tests import factories

pytestmark = pytest.mark.django_db(databases=["default", "direct"])


@pytest.fixture
def create(
    satker: Any, kegiatan: Any, kegiatan_admin: Any, enumerator: Any, supervisor: Any
) -> Any:
    """`create(**changes)` makes a good unit unless something is changed."""

    def made(**changes: Any) -> Assignment:
        facts = {
            "actor": kegiatan_admin,
            "satker": satker,
            "kegiatan": kegiatan,
            "ppl_id": enumerator.pk,
            "pml_id": supervisor.pk,
            "spec": spec(),
        }
        with tenant_scope(satker):
            return assignment_create(**{**facts, **changes})

    return made


def spec(region: str = "61040800010001", **fields: Any) -> AssignmentSpec:
    levels = split_region_code(region) if region else NO_LEVELS
    return AssignmentSpec(**{"label": "Rumah Budi", "levels": levels, **fields})


def stored() -> int:
    with super_scope():
        return Assignment.objects.count()


def test_a_unit_comes_with_its_response_its_history_and_its_feed(
    create: Any, satker: Any, kegiatan: Any, enumerator: Any, supervisor: Any
) -> None:
    made = create(spec=spec(prefilled_data={"nama_krt": "Budi"}))
    assert made.region_code == "61040800010001"
    assert made.level_4_code_full == "6104080001"
    with tenant_scope(satker):
        response = AssignmentResponse.objects.get(pk=made.pk)
        history = ResponseHistory.objects.get(assignment_response=response)
        told = set(AssignmentFeed.objects.filter(assignment=made).values_list("user", flat=True))
    assert (response.status, response.version) == ("Assigned", 1)
    assert response.form_version_used == kegiatan.form_version
    assert (history.from_status, history.to_status, history.user) == (None, "Assigned", None)
    assert told == {enumerator.pk, supervisor.pk}


def test_a_unit_outside_the_coverage_is_refused_and_nothing_is_stored(create: Any) -> None:
    with pytest.raises(OutsideWilayah) as refused:
        create(spec=spec("6171010"))
    assert refused.value.details == {"region_code": "6171010", "prefixes": ["6104"]}
    assert stored() == 0


def test_coverage_does_not_bind_super_admin(create: Any, super_admin: Any) -> None:
    assert create(actor=super_admin, spec=spec("6171010")).region_code == "6171010"


def test_a_unit_without_region_is_refused_where_the_office_does_not_cover_everything(
    create: Any, kegiatan: Any
) -> None:
    kegiatan.allow_without_region = True
    with pytest.raises(OutsideWilayah):
        create(spec=spec(""))
    assert stored() == 0


def test_a_code_that_the_region_master_should_know_is_refused(create: Any) -> None:
    MasterSls.objects.create(
        prov_id="61", kabkot_id="6104", kec_id="6104080", desa_kel_id="6104080001",
        sls_id="6104080001000100", provinsi="p", kabkot="k", kecamatan="k", desa_kel="d", nama="RT",
    )  # fmt: skip
    with pytest.raises(UnknownRegion, match="61040800010002"):
        create(spec=spec("61040800010002"))
    assert create(spec=spec("61040800010001")).pk


@pytest.mark.parametrize("field", ["ppl_id", "pml_id"])
def test_people_of_another_office_are_no_crew(create: Any, other_satker: Any, field: str) -> None:
    with super_scope():
        stranger = getattr(Assignment.objects.first(), field)
    with pytest.raises(NotInCrew) as refused:
        create(**{field: stranger})
    assert "Rahasia" not in refused.value.message
    assert str(stranger) == refused.value.details["person"]


def test_a_person_of_another_office_and_nobody_are_refused_alike(
    create: Any, other_satker: Any
) -> None:
    with super_scope():
        stranger = Assignment.objects.first().ppl_id  # type: ignore[union-attr]
    nobody = uuid.uuid4()
    told = []
    for user_id in (stranger, nobody):
        with pytest.raises(NotInCrew) as refused:
            create(ppl_id=user_id)
        told.append(refused.value.message.replace(str(user_id), "X"))
    assert told[0] == told[1]


def test_the_role_counts_for_the_field_it_is_used_in(
    create: Any, enumerator: Any, supervisor: Any
) -> None:
    with pytest.raises(NotInCrew, match=supervisor.email):
        create(ppl_id=supervisor.pk)
    with pytest.raises(NotInCrew, match=enumerator.email):
        create(pml_id=enumerator.pk)


def test_who_lost_the_role_or_was_deactivated_gets_no_unit(create: Any, enumerator: Any) -> None:
    enumerator.is_active = False
    enumerator.save()
    with pytest.raises(NotInCrew):
        create()
    enumerator.is_active = True
    enumerator.save()
    KegiatanSatkerUserRole.objects.filter(user=enumerator).delete()
    with pytest.raises(NotInCrew):
        create()
    assert stored() == 0


def test_an_office_that_left_the_kegiatan_gets_no_unit(
    create: Any, satker: Any, kegiatan: Any
) -> None:
    KegiatanSatker.objects.filter(satker=satker).update(left_at=kegiatan.created_at)
    with pytest.raises(SatkerHasLeft):
        create()


def test_an_id_that_exists_in_any_office_is_taken(create: Any, other_satker: Any) -> None:
    own = create(spec=spec(id=uuid.uuid4()))
    with super_scope():
        foreign = Assignment.objects.exclude(pk=own.pk).first()
        assert foreign is not None
    before = stored()
    for taken in (own.pk, foreign.pk):
        with pytest.raises(IdTaken) as refused:
            create(spec=spec(id=taken))
        assert refused.value.details == {}
    assert stored() == before


@pytest.mark.parametrize(
    "fields",
    [
        {"label": " \x00 "},
        {"label": "x" * 256},
        {"prefilled_data": ["no object"]},
        {"prefilled_data": {"a": "x" * 70_000}},
    ],
)
def test_a_bad_label_or_prelist_is_refused(create: Any, fields: dict[str, Any]) -> None:
    with pytest.raises(Invalid):
        create(spec=spec(**fields))
    assert stored() == 0


def test_nul_characters_do_not_reach_the_database(create: Any) -> None:
    made = create(spec=spec(label="Bu\x00di", prefilled_data={"a\x00": ["b\x00"]}))
    with super_scope():
        row = Assignment.objects.get(pk=made.pk)
    assert row.assignment_label == "Budi"
    assert row.prefilled_data == {"a": ["b"]}


def test_a_unit_may_go_to_one_person_in_both_roles(
    create: Any, satker: Any, kegiatan: Any, enumerator: Any
) -> None:
    factories.member(enumerator, kegiatan, satker, "PML")
    made = create(pml_id=enumerator.pk)
    assert (made.ppl_id, made.pml_id) == (enumerator.pk, enumerator.pk)
