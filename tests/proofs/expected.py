# SPDX-License-Identifier: Apache-2.0
"""Who may what, written down by hand from the policy files, for people to read and to argue about.

It knows nothing of Cedar. Where it and the policies disagree, one of them is wrong: find out which, and correct that.
Whoever declares a verb or a question adds its line here; the test names it until then.
"""

from __future__ import annotations

# Who there is ---------------------------------------------------------------------------------------------------------

STRANGER = "a stranger"
OUTSIDER = "a member of another organization"
THEIR_ADMINISTRATOR = "the administrator of another organization"
FINDER = "the finder who reported"
AGENT = "the finder's agent, for everything"
AGENT_FOR_ONE = "the finder's agent, for reporting only"
AGENT_FOR_NOTHING = "the finder's agent, for nothing"
TOKEN_FOR_ONE = "the coordinator's token, for the queue only"
MAINTAINER = "a maintainer who showed control"
INSPECTOR = "an inspector of an oversight body"
COLLEAGUE = "somebody of the operator without a role"
COORDINATOR = "a coordinator"
BARE_COORDINATOR = "a coordinator without a second factor"
ADMINISTRATOR = "an administrator"
BARE_ADMINISTRATOR = "an administrator without a second factor"
HOUSE = "the house itself"

EVERYBODY = frozenset(
    {
        STRANGER,
        OUTSIDER,
        THEIR_ADMINISTRATOR,
        FINDER,
        AGENT,
        AGENT_FOR_ONE,
        AGENT_FOR_NOTHING,
        TOKEN_FOR_ONE,
        MAINTAINER,
        INSPECTOR,
        COLLEAGUE,
        COORDINATOR,
        BARE_COORDINATOR,
        ADMINISTRATOR,
        BARE_ADMINISTRATOR,
        HOUSE,
    }
)
BARE = frozenset({BARE_COORDINATOR, BARE_ADMINISTRATOR})
AGENTS = frozenset({AGENT, AGENT_FOR_ONE, AGENT_FOR_NOTHING})
MEMBERS = EVERYBODY - {STRANGER, HOUSE}
COORDINATORS = frozenset({COORDINATOR, TOKEN_FOR_ONE})
NO_AGENT = EVERYBODY - AGENTS - {HOUSE}

# What each may do at all is what its scope holds: everything unless it stands here.
SCOPES: dict[str, frozenset[str]] = {
    AGENT_FOR_ONE: frozenset({"intake.receive_report"}),
    AGENT_FOR_NOTHING: frozenset(),
    TOKEN_FOR_ONE: frozenset({"findings.list_findings", "findings.read_finding"}),
}

# Who may what, where it is not about one object -----------------------------------------------------------------------

MAY: dict[str, frozenset[str]] = {
    # Anybody may report; staff shows its second factor first, here as everywhere but in identity.
    "intake.receive_report": EVERYBODY - BARE - {HOUSE},
    "findings.correlate_report": frozenset({HOUSE}),
    "findings.correlate_items": frozenset({HOUSE}),
    "findings.record_compared": frozenset({HOUSE}),
    # The blind check: for members, whoever they are; the verb counts.
    "findings.check_terms": MEMBERS - BARE,
    "findings.check_buckets": MEMBERS - BARE,
    "findings.prove_edition": MEMBERS - BARE,
    "findings.evaluate_blinded": MEMBERS - BARE,
    "findings.publish_buckets": frozenset({HOUSE}),
    "findings.rotate_check_key": frozenset({ADMINISTRATOR}),
    "findings.nominate_link": frozenset({HOUSE}),
    "findings.record_cause": frozenset({HOUSE}),
    "findings.record_reproduced": frozenset({HOUSE}),
    "findings.record_proof_run": frozenset({HOUSE}),
    "findings.count_queue": frozenset({COORDINATOR}),
    "findings.list_views": frozenset({COORDINATOR}),
    "findings.save_view": frozenset({COORDINATOR}),
    "findings.drop_view": frozenset({COORDINATOR}),
    "intake.open_by_code": EVERYBODY - BARE - {HOUSE},
    "intake.note_overdue": frozenset({HOUSE}),
    "intake.record_track_record": frozenset({HOUSE}),
    "intake.commit_report": MEMBERS - BARE,
    # Strangers are all one, and a document is kept once for each sender.
    "intake.receive_document": MEMBERS - BARE,
    "intake.send_document": MEMBERS - BARE,
    "intake.record_items": frozenset({HOUSE}),
    # Scanning: what is asked of the instance. The rest is about a target or a claim, below.
    "scanning.register_target": MEMBERS - BARE,
    "scanning.declare_capacity": MEMBERS - BARE,
    "scanning.my_standing": MEMBERS - BARE,
    "scanning.suggest_targets": MEMBERS - BARE,
    "scanning.end_claim": frozenset({HOUSE}),
    "scanning.lapse_claim": frozenset({HOUSE}),
    "scanning.record_yield": frozenset({HOUSE}),
    # Coming in.
    "identity.terms": EVERYBODY,
    "identity.apply": EVERYBODY,
    "identity.claim_first_administrator": NO_AGENT,
    "identity.accept_invitation": NO_AGENT,
    # What is one's own.
    "identity.myself": MEMBERS,
    "identity.my_memberships": MEMBERS,
    "identity.my_organization": MEMBERS,
    "identity.my_agents": MEMBERS,
    "identity.my_tokens": MEMBERS,
    "identity.export_mine": MEMBERS,
    "identity.leave": MEMBERS,
    "identity.revoke_agent": MEMBERS,
    "identity.revoke_token": MEMBERS,
    "identity.ask_control": MEMBERS,
    "identity.control_of": MEMBERS,
    "identity.list_controls": MEMBERS,
    # What lasts beyond the session waits for the second factor of whoever is of the staff.
    "identity.register_agent": MEMBERS - BARE,
    "identity.rotate_agent": MEMBERS - BARE,
    "identity.issue_token": MEMBERS - BARE,
    # For one's organization; of which one, the verb asks.
    "identity.invite": frozenset({ADMINISTRATOR, THEIR_ADMINISTRATOR}),
    "identity.change_roles": frozenset({ADMINISTRATOR, THEIR_ADMINISTRATOR}),
    "identity.end_membership": frozenset({ADMINISTRATOR, THEIR_ADMINISTRATOR}),
    "identity.change_contact": frozenset({ADMINISTRATOR, THEIR_ADMINISTRATOR}),
    "identity.list_members": frozenset({ADMINISTRATOR, THEIR_ADMINISTRATOR}),
    "identity.export_organization": frozenset({ADMINISTRATOR, THEIR_ADMINISTRATOR}),
    "identity.withdraw_organization": frozenset({ADMINISTRATOR, THEIR_ADMINISTRATOR}),
    "identity.second_control": frozenset({ADMINISTRATOR, THEIR_ADMINISTRATOR, COORDINATOR, TOKEN_FOR_ONE}),
    # The operator's administrators.
    "identity.admit_application": frozenset({ADMINISTRATOR}),
    "identity.decline_application": frozenset({ADMINISTRATOR}),
    "identity.list_applications": frozenset({ADMINISTRATOR}),
    "identity.list_organizations": frozenset({ADMINISTRATOR}),
    "identity.list_duties": frozenset({ADMINISTRATOR}),
    "identity.list_holds": frozenset({ADMINISTRATOR}),
    "identity.place_hold": frozenset({ADMINISTRATOR}),
    "identity.confirm_hold": frozenset({ADMINISTRATOR}),
    "identity.lift_hold": frozenset({ADMINISTRATOR}),
    "identity.who_is": frozenset({ADMINISTRATOR}),
    "identity.keep_duty": frozenset({ADMINISTRATOR, HOUSE}),
    "jobs.status": frozenset({ADMINISTRATOR}),
    "jobs.list_set_aside": frozenset({ADMINISTRATOR}),
    "jobs.retry_set_aside": frozenset({ADMINISTRATOR}),
    "jobs.cancel_job": frozenset({ADMINISTRATOR}),
    "policy.set_regime_status": frozenset({ADMINISTRATOR}),
    "ledger.erase_entries": frozenset({ADMINISTRATOR}),
    # The house keeps time.
    "identity.open_first_door": frozenset({HOUSE}),
    "identity.record_control": frozenset({HOUSE}),
    "identity.record_copied_key": frozenset({HOUSE}),
    "identity.record_email": frozenset({HOUSE}),
    "identity.sweep_ended": frozenset({HOUSE}),
    "identity.repeat_endings": frozenset({HOUSE}),
    "ledger.sweep_notes": frozenset({HOUSE}),
    # After a restore.
    "ledger.note_continuation": frozenset({HOUSE}),
    "ledger.repeat_erasure": frozenset({HOUSE}),
    "store.repeat_erasure": frozenset({HOUSE}),
    # The log is for everybody; whose entry it is, the ledger asks for each.
    "ledger.head": EVERYBODY - BARE,
    "ledger.read_entry": EVERYBODY - BARE,
    "ledger.prove_entry": EVERYBODY - BARE,
    "ledger.entries_about": EVERYBODY - BARE,
    "ledger.first_entry_about": EVERYBODY - BARE,
    "ledger.receipt": EVERYBODY - BARE,
    "ledger.note_reading": EVERYBODY - BARE,
    # Two people, broken glass, legal regimes.
    "policy.propose_act": frozenset({ADMINISTRATOR, COORDINATOR}),
    "policy.break_glass": frozenset({ADMINISTRATOR, COORDINATOR, COLLEAGUE}),
    "policy.list_regimes": MEMBERS - BARE,
}

# Neither agents nor strangers: what is irreversible, what makes others, what takes a person's word.
FOR_PERSONS_ONLY = frozenset(
    {
        "findings.keep_apart",
        "findings.merge_findings",
        "findings.split_finding",
        "identity.admit_application",
        "identity.change_contact",
        "identity.change_roles",
        "identity.confirm_hold",
        "identity.decline_application",
        "identity.end_membership",
        "identity.invite",
        "identity.issue_token",
        "identity.leave",
        "identity.lift_hold",
        "identity.place_hold",
        "identity.register_agent",
        "identity.revoke_agent",
        "identity.revoke_token",
        "identity.rotate_agent",
        "identity.second_control",
        "identity.withdraw_organization",
        "ledger.erase_entries",
        "policy.break_glass",
        "policy.confirm_act",
        "policy.propose_act",
        "policy.set_regime_status",
        "store.erase_compartment",
    }
)

# What is protected, and who sees each ---------------------------------------------------------------------------------

STAFF = frozenset({ADMINISTRATOR, COORDINATOR})

SEEN_BY: dict[str, frozenset[str]] = {
    "report: of the finder": frozenset({FINDER}) | COORDINATORS,
    "report: of the other organization's member": frozenset({OUTSIDER}) | COORDINATORS,
    "report: without a name": COORDINATORS,
    "report: that never was": frozenset(),
    "document: of the finder": frozenset({FINDER}) | COORDINATORS,
    "document: of the other organization's member": frozenset({OUTSIDER}) | COORDINATORS,
    "document: that never was": frozenset(),
    "commitment: of the finder": frozenset({FINDER}) | AGENTS,
    "commitment: that never was": frozenset(),
    # Whoever takes part may name a target; a claim is its holder's, their agents' and the coordinators'.
    "target: of a project": MEMBERS - BARE,
    "target: that never was": frozenset(),
    "claim: of the finder": frozenset({FINDER}) | AGENTS | COORDINATORS,
    "claim: of the other organization's member": frozenset({OUTSIDER}) | COORDINATORS,
    "claim: that never was": frozenset(),
    "finding: hidden": COORDINATORS,
    "finding: under embargo, shared with its maintainer": frozenset({MAINTAINER}) | COORDINATORS,
    "finding: for members": MEMBERS - BARE,
    "finding: published": EVERYBODY - BARE - {HOUSE},
    "finding: that never was": frozenset(),
    "pair: of two hidden findings": COORDINATORS,
    "pair: that never was": frozenset(),
    "pending act: proposed by the administrator": STAFF | COORDINATORS,
    "pending act: proposed by the coordinator": STAFF | COORDINATORS,
    "pending act: that never was": frozenset(),
    "broken glass: of the colleague": frozenset({ADMINISTRATOR}),
    "broken glass: that never was": frozenset(),
    "notice: of the broken glass": frozenset({ADMINISTRATOR}),
    "notice: that never was": frozenset(),
    "somebody: a number of a kind that nobody protects": frozenset(),
}
PROPOSED_BY = {
    "pending act: proposed by the administrator": frozenset({ADMINISTRATOR}),
    "pending act: proposed by the coordinator": COORDINATORS,  # the token is the coordinator's own
}

# What shows an object, and for which kind.
READS = {
    "intake.read_report": "report",
    "intake.list_reports": "report",
    "intake.read_course": "report",
    "intake.list_clocks": "report",
    "intake.read_document": "document",
    "intake.list_documents": "document",
    "intake.read_commitment": "commitment",
    "intake.list_commitments": "commitment",
    "scanning.read_target": "target",
    "scanning.list_targets": "target",
    "scanning.read_claim": "claim",
    "scanning.list_claims": "claim",
    "findings.read_finding": "finding",
    "findings.list_findings": "finding",
    "findings.read_pair": "pair",
    "findings.list_pairs": "pair",
    "policy.read_pending_act": "pending act",
    "policy.list_pending_acts": "pending act",
    "policy.list_broken_glass": "broken glass",
    "policy.list_notices": "notice",
}
# A list of one's own shows what one sent, and not what one sees as staff besides.
OF_ONES_OWN = {"intake.list_documents", "intake.list_reports", "scanning.list_claims"}
# What decides whether an object is there at all for somebody.
READ_BY = {
    "report": "intake.read_report",
    "document": "intake.read_document",
    "commitment": "intake.read_commitment",
    "target": "scanning.read_target",
    "claim": "scanning.read_claim",
    "finding": "findings.read_finding",
    "pair": "findings.read_pair",
    "pending act": "policy.read_pending_act",
    "broken glass": "policy.list_broken_glass",
    "notice": "policy.list_notices",
}
# What is done to an object, or asked about it besides reading it: these see for themselves who may.
OF_THE_SENDER = {
    "intake.amend_report",
    "intake.answer_question",
    "intake.attach_file",
    "intake.attach_upload",
    "intake.withdraw_report",
}
OF_COORDINATORS = {"intake.acknowledge_report", "intake.ask_finder", "intake.assess_report"}
# On a target: who may, of those who see it. On a claim: whoever holds it, and their agents.
ON_A_TARGET = {
    "scanning.ask_overlap": MEMBERS,
    "scanning.claim_target": MEMBERS,
    "scanning.set_project_rules": frozenset({MAINTAINER}),
    "scanning.import_project_rules": frozenset({MAINTAINER}) | COORDINATORS,
    "scanning.link_home": COORDINATORS,
    "scanning.weigh_target": COORDINATORS,
    "scanning.record_change": COORDINATORS,
}
OF_THE_HOLDER = {
    "scanning.renew_claim",
    "scanning.narrow_claim",
    "scanning.release_claim",
    "scanning.hand_over_claim",
    "scanning.record_coverage",
}
OF_THE_HEIR = {"scanning.take_over_claim"}  # nobody, until somebody holds a claim out to them
ON_A_FINDING = {
    "findings.hand_back_finding",
    "findings.link_findings",
    "findings.merge_findings",
    "findings.offer_to_check",
    "findings.place_finding",
    "findings.record_names",
    "findings.split_finding",
    "findings.take_finding",
    "findings.withhold_from_check",
}
ACTS = {
    *ON_A_FINDING,
    "findings.duplicate_notice",
    "findings.keep_apart",
    *ON_A_TARGET,
    *OF_THE_HOLDER,
    *OF_THE_HEIR,
    *OF_THE_SENDER,
    *OF_COORDINATORS,
    "intake.open_commitment",
    "policy.confirm_act",
    "store.erase_compartment",
    "store.compartment_state",
}


def may_act_in_findings(name: str, who: str, kind: str, readers: frozenset[str]) -> bool:
    if name == "findings.duplicate_notice":
        return kind == "report" and who in readers
    if name == "findings.keep_apart":
        return kind == "pair" and who in readers
    by_the_house = name == "findings.record_names" and who == HOUSE
    return kind == "finding" and (by_the_house or who in readers & COORDINATORS)


def may_act(name: str, who: str, thing: str) -> bool:  # noqa: PLR0911 - a line for each sort of act
    """Who may do these to which object."""
    kind, readers = kind_of(thing), SEEN_BY[thing]
    if name.startswith("findings."):
        return may_act_in_findings(name, who, kind, readers)
    if name in ON_A_TARGET:
        return kind == "target" and who in readers & ON_A_TARGET[name]
    if name in OF_THE_HOLDER | OF_THE_HEIR:
        return name in OF_THE_HOLDER and kind == "claim" and who in readers - COORDINATORS
    if name in OF_THE_SENDER:
        return kind == "report" and who in readers - COORDINATORS
    if name in OF_COORDINATORS:
        return kind == "report" and who in COORDINATORS
    if name == "intake.open_commitment":
        return kind == "commitment" and who in SEEN_BY["commitment: of the finder"]
    if name == "policy.confirm_act":
        return kind == "pending act" and who in readers and who not in PROPOSED_BY[thing]
    if name == "store.erase_compartment":
        return kind in READ_BY and who == ADMINISTRATOR
    assert name == "store.compartment_state"
    return kind in READ_BY and who in readers


# What is answered -----------------------------------------------------------------------------------------------------

YES, REFUSED, MISSING = "yes", "refused", "missing"


def answer(name: str, who: str, thing: str = "") -> str:
    """What policy is to say. What somebody may not even see is to be answered as if it did not exist."""
    if not in_scope(name, who) or (name in FOR_PERSONS_ONLY and who in AGENTS | {STRANGER}):
        return REFUSED
    if not thing:
        return YES if who in MAY.get(name, frozenset()) else REFUSED
    there = not thing.endswith("that never was")
    if there and (sees(name, who, thing) if name in READS else may_act(name, who, thing)):
        return YES
    read = READ_BY.get(kind_of(thing), "")
    return REFUSED if there and read and in_scope(read, who) and who in SEEN_BY[thing] else MISSING


def sees(name: str, who: str, thing: str) -> bool:
    return READS[name] == kind_of(thing) and who in SEEN_BY[thing]


def in_scope(name: str, who: str) -> bool:
    return who not in SCOPES or name in SCOPES[who]


def kind_of(thing: str) -> str:
    return thing.partition(":")[0]
