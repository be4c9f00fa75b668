"""The invariants written by hand: name, sentence, and SQL that selects what breaks it."""

RULES: dict[str, tuple[str, str]] = {
    # People and rounds.
    "nobody_organises_and_supervises": (
        "Nobody holds a live membership as organizer and one as supervisor.",
        """
        SELECT one.user_id FROM membership one JOIN membership other ON other.user_id = one.user_id
        WHERE one.role = 'organizer' AND other.role = 'supervisor'
        AND one.ended_at IS NULL AND other.ended_at IS NULL
        """,
    ),
    "open_round_names_two_officers": (
        "A round that is or was open names at least two officers for each duty.",
        """
        SELECT round.id FROM round WHERE round.state <> 'draft' AND (
            (SELECT count(DISTINCT user_id) FROM round_officer o
             WHERE o.round_id = round.id AND o.duty = 'opening') < 2
            OR (SELECT count(DISTINCT user_id) FROM round_officer o
                WHERE o.round_id = round.id AND o.duty = 'check') < 2)
        """,
    ),
    # Demands.
    "funding_adds_up": (
        "The funding sources of a submitted demand total its listed amount.",
        """
        SELECT demand.id FROM demand WHERE demand.state NOT IN ('draft', 'returned', 'withdrawn')
        AND demand.budget_fen <> (
            SELECT COALESCE(sum(f.amount_fen), 0) FROM demand_funding f WHERE f.demand_id = demand.id)
        """,
    ),
    "three_measurable_indicators": (
        "A submitted demand has at least three indicators with target, unit and condition.",
        """
        SELECT demand.id FROM demand WHERE demand.state NOT IN ('draft', 'returned', 'withdrawn')
        AND (SELECT count(*) FROM demand_indicator i WHERE i.demand_id = demand.id
             AND i.target IS NOT NULL AND i.unit <> '' AND i.condition <> '') < 3
        """,
    ),
    "published_edition_stands": (
        "A published demand has the edition it shows.",
        """
        SELECT demand.id FROM demand WHERE demand.published_at IS NOT NULL AND NOT EXISTS (
            SELECT 1 FROM demand_edition e WHERE e.demand_id = demand.id AND e.number = demand.edition)
        """,
    ),
    "listing_closes_after_it_appears": (
        "Every edition of a listing closes after it appeared.",
        "SELECT e.demand_id FROM demand_edition e WHERE e.closes_at <= e.published_at",
    ),
    "relisting_counts_on": (
        "A re-listed demand is one list round after the one it re-lists, and that one had no award.",
        """
        SELECT demand.id FROM demand JOIN demand before ON before.id = demand.relists_id
        WHERE demand.list_round <> before.list_round + 1 OR before.state <> 'no_award'
        """,
    ),
    "merged_into_another": (
        "A merged demand names another one.",
        "SELECT id FROM demand WHERE state = 'merged' AND (merged_into_id IS NULL OR merged_into_id = id)",
    ),
    "nobody_vets_own_demand": (
        "Nobody vets a demand they wrote.",
        """
        SELECT sheet.id FROM sheet JOIN demand ON demand.id = sheet.demand_id
        WHERE sheet.author_id = demand.author_id AND NOT sheet.is_void
        """,
    ),
    # Bids.
    "one_live_bid_per_lead": (
        "A unit leads at most one live bid on a demand.",
        "SELECT lead_id FROM bid WHERE is_live GROUP BY demand_id, lead_id HAVING count(*) > 1",
    ),
    "one_part_per_unit": (
        "A unit takes part in at most one live bid on a demand, as lead or member.",
        "SELECT uscc FROM bid_party WHERE is_live GROUP BY demand_id, uscc HAVING count(*) > 1",
    ),
    "owner_never_bids": (
        "Nobody bids on their own demand, as lead or member.",
        """
        SELECT party.bid_id FROM bid_party party JOIN demand ON demand.id = party.demand_id
        JOIN organisation owner ON owner.id = demand.owner_id WHERE party.uscc = owner.uscc AND party.is_live
        """,
    ),
    "sealed_before_closing": (
        "Every sealed version was sealed before the closing time it was bound to, cures apart.",
        """
        SELECT id FROM bid_version
        WHERE sealed_at IS NOT NULL AND NOT is_cure AND (closes_at IS NULL OR sealed_at >= closes_at)
        """,
    ),
    "closing_never_comes_forward": (
        "The closing time is never earlier than one under which a bid was sealed.",
        """
        SELECT v.id FROM bid_version v JOIN bid ON bid.id = v.bid_id JOIN demand ON demand.id = bid.demand_id
        WHERE v.sealed_at IS NOT NULL AND NOT v.is_cure AND v.closes_at > demand.closes_at
        """,
    ),
    "submitted_bid_is_sealed": (
        "A submitted bid has the sealed version that counts.",
        """
        SELECT bid.id FROM bid WHERE bid.state NOT IN ('draft', 'lapsed') AND NOT EXISTS (
            SELECT 1 FROM bid_version v
            WHERE v.bid_id = bid.id AND v.number = bid.sealed_version AND v.sealed_at IS NOT NULL)
        """,
    ),
    "opened_after_closing": (
        "No bid was opened before the closing time.",
        "SELECT bid.id FROM bid JOIN demand ON demand.id = bid.demand_id WHERE bid.opened_at < demand.closes_at",
    ),
    "opening_is_recorded": (
        "A demand whose bids were opened has its opening record, with the consent of two officers.",
        """
        SELECT demand.id FROM demand WHERE demand.opened_at IS NOT NULL AND (
            NOT EXISTS (SELECT 1 FROM opening_record r WHERE r.demand_id = demand.id)
            OR (SELECT count(*) FROM opening_approval a WHERE a.demand_id = demand.id) < 2)
        """,
    ),
    "nothing_sealed_after_opening": (
        "Once the bids are opened, none is still sealed or in draft.",
        """
        SELECT bid.id FROM bid JOIN demand ON demand.id = bid.demand_id
        WHERE bid.state IN ('draft', 'submitted')
        AND demand.state IN ('screening', 'reviewing', 'recommended', 'in_notice', 'awarded', 'completed')
        """,
    ),
    "every_bid_checked_before_review": (
        "In review and later no bid waits for its formal check.",
        """
        SELECT bid.id FROM bid JOIN demand ON demand.id = bid.demand_id
        WHERE bid.state IN ('opened', 'needs_cure')
        AND demand.state IN ('reviewing', 'recommended', 'in_notice', 'awarded', 'completed')
        """,
    ),
    # Review.
    "panel_is_odd": (
        "A panel has an odd number of seats, at least five.",
        "SELECT id FROM panel WHERE size < 5 OR size % 2 = 0",
    ),
    "panel_units_differ": (
        "No two members of a panel come from one unit.",
        """
        SELECT a.panel_id FROM assignment a JOIN expert ON expert.id = a.expert_id
        WHERE NOT a.is_reserve AND a.state IN ('accepted', 'done')
        GROUP BY a.panel_id, expert.unit_name HAVING count(*) > 1
        """,
    ),
    "no_member_from_a_party": (
        "No member of a review panel comes from the unit of the owner or of a party to a live bid.",
        """
        SELECT a.id FROM assignment a JOIN expert ON expert.id = a.expert_id JOIN panel ON panel.id = a.panel_id
        JOIN demand ON demand.id = panel.demand_id
        WHERE NOT a.is_reserve AND a.state IN ('accepted', 'done') AND panel.is_live AND (
            expert.unit_uscc IN (SELECT o.uscc FROM organisation o WHERE o.id = demand.owner_id)
            OR expert.unit_uscc IN (
                SELECT p.uscc FROM bid_party p JOIN bid ON bid.id = p.bid_id
                WHERE p.demand_id = demand.id AND p.is_live AND bid.opened_at IS NOT NULL))
        """,
    ),
    "no_counted_score_with_conflict": (
        "No sheet counts whose author has a conflict with the demand.",
        """
        SELECT sheet.id FROM sheet JOIN bid ON bid.id = sheet.bid_id
        JOIN expert ON expert.user_id = sheet.author_id
        JOIN conflict ON conflict.expert_id = expert.id AND conflict.demand_id = bid.demand_id
        WHERE NOT sheet.is_void AND sheet.state IN ('submitted', 'final')
        """,
    ),
    "sheet_total_is_the_sum": (
        "The total of a locked sheet is the sum of its present scores.",
        """
        SELECT sheet.id FROM sheet WHERE sheet.state IN ('submitted', 'final') AND NOT sheet.is_void
        AND COALESCE(sheet.total, -1) <> (
            SELECT COALESCE(sum(s.value), 0) FROM score s
            WHERE s.sheet_id = sheet.id AND s.revision = sheet.revision)
        """,
    ),
    "score_within_range": (
        "No score exceeds the maximum of its criterion.",
        "SELECT s.id FROM score s JOIN criterion c ON c.id = s.criterion_id WHERE s.value > c.max_score",
    ),
    "signed_report_is_signed_by_all": (
        "Under a signed review report stands every member of the panel.",
        """
        SELECT panel.id FROM panel WHERE panel.report_signed_at IS NOT NULL AND panel.is_live
        AND panel.demand_id IS NOT NULL
        AND (SELECT count(*) FROM assignment a WHERE a.panel_id = panel.id AND NOT a.is_reserve
             AND a.state IN ('accepted', 'done') AND a.signed_at IS NOT NULL) < panel.size
        """,
    ),
    # Awards, notices, objections.
    "awards_within_slots": (
        "A demand has no more live awards than places.",
        """
        SELECT a.demand_id FROM award a WHERE a.state IN ('pending', 'active')
        GROUP BY a.demand_id HAVING count(*) > max(a.max_slots)
        """,
    ),
    "active_award_was_won": (
        "An award in force belongs to a bid that won.",
        """
        SELECT a.id FROM award a JOIN bid ON bid.id = a.bid_id
        WHERE a.state = 'active' AND bid.state <> 'awarded'
        """,
    ),
    "award_within_listed_amount": (
        "No award exceeds the listed amount.",
        """
        SELECT a.id FROM award a JOIN demand ON demand.id = a.demand_id
        WHERE a.state IN ('pending', 'active') AND a.amount_fen > demand.budget_fen
        """,
    ),
    "awarded_after_notice": (
        "An award in force was on public notice, and the notice is over.",
        """
        SELECT a.id FROM award a WHERE a.state = 'active' AND NOT EXISTS (
            SELECT 1 FROM notice n WHERE n.demand_id = a.demand_id AND n.kind = 'award'
            AND n.state IN ('closed_clean', 'closed_with_objection'))
        """,
    ),
    "no_award_under_open_objection": (
        "No award came into force over an objection that was open then and still is.",
        """
        SELECT a.id FROM award a JOIN objection o ON o.award_id = a.id
        WHERE a.state = 'active' AND o.state IN ('filed', 'admitted') AND o.filed_at < a.activated_at
        """,
    ),
    "published_notice_has_its_window": (
        "A published notice has number, window and hash.",
        """
        SELECT id FROM notice WHERE published_at IS NOT NULL
        AND (first_on IS NULL OR last_on IS NULL OR ends_at IS NULL OR digest IS NULL OR last_on < first_on)
        """,
    ),
    "notice_stands_to_its_end": (
        "No notice ended before its last day was over.",
        "SELECT id FROM notice WHERE closed_at < ends_at",
    ),
    "objection_within_window": (
        "Objections were filed while the notice stood.",
        """
        SELECT o.id FROM objection o JOIN notice n ON n.id = o.notice_id
        WHERE n.published_at IS NULL OR o.filed_at < n.published_at OR o.filed_at >= n.ends_at
        """,
    ),
    "clean_notice_had_no_objection": (
        "A notice that ended clean had no objection, but for those not admitted.",
        """
        SELECT n.id FROM notice n JOIN objection o ON o.notice_id = n.id
        WHERE n.state = 'closed_clean' AND o.state <> 'not_admitted'
        """,
    ),
    "nobody_judges_own_decision": (
        "The handler of an objection did not take the decision it attacks.",
        """
        SELECT o.id FROM objection o JOIN award a ON a.id = o.award_id WHERE o.handler_id = a.decided_by_id
        """,
    ),
    # Contracts and money.
    "milestones_total_one_hundred": (
        "The milestone percentages of a contract sent out total 100.",
        """
        SELECT c.id FROM contract c WHERE c.state NOT IN ('draft', 'cancelled')
        AND (SELECT COALESCE(sum(m.percent), 0) FROM milestone m WHERE m.contract_id = c.id) <> 10000
        """,
    ),
    "budget_equals_amount": (
        "The budget of a contract sent out totals its amount.",
        """
        SELECT c.id FROM contract c WHERE c.state NOT IN ('draft', 'cancelled')
        AND (SELECT COALESCE(sum(b.amount_fen), 0) FROM budget_line b WHERE b.contract_id = c.id) <> c.amount_fen
        """,
    ),
    "payments_and_own_money_equal_amount": (
        "Planned payments and the contractor's own money total the contract amount.",
        """
        SELECT c.id FROM contract c WHERE c.state NOT IN ('draft', 'cancelled') AND c.amount_fen <>
            (SELECT COALESCE(sum(p.planned_fen), 0) FROM payment_line p WHERE p.contract_id = c.id)
            + (SELECT COALESCE(sum(b.amount_fen), 0) FROM budget_line b
               WHERE b.contract_id = c.id AND b.source = 'self')
        """,
    ),
    "contract_signed_by_both": (
        "A contract in force was signed by owner and contractor.",
        """
        SELECT c.id FROM contract c JOIN award a ON a.id = c.award_id JOIN bid ON bid.id = a.bid_id
        JOIN demand ON demand.id = a.demand_id
        WHERE c.activated_at IS NOT NULL AND (SELECT count(DISTINCT s.organisation_id)
            FROM contract_signature s WHERE s.contract_id = c.id
            AND s.organisation_id IN (bid.lead_id, demand.owner_id)) < 2
        """,
    ),
    "completed_demand_is_contracted": (
        "Every award in force of a completed demand has a contract that was signed.",
        """
        SELECT a.id FROM award a JOIN demand ON demand.id = a.demand_id
        WHERE demand.state = 'completed' AND a.state = 'active' AND NOT EXISTS (
            SELECT 1 FROM contract c WHERE c.award_id = a.id AND c.activated_at IS NOT NULL)
        """,
    ),
    "paid_as_planned": (
        "What is paid is what was planned, with day and voucher.",
        """
        SELECT id FROM payment_line WHERE state = 'paid'
        AND (paid_fen IS NULL OR paid_fen <> planned_fen OR paid_on IS NULL OR voucher_number IS NULL)
        """,
    ),
    "clawback_within_paid": (
        "No more is clawed back than was paid.",
        """
        SELECT c.id FROM contract c WHERE c.clawback_fen < 0 OR c.clawback_fen >
            (SELECT COALESCE(sum(p.paid_fen), 0) FROM payment_line p WHERE p.contract_id = c.id)
        """,
    ),
    "extended_once": (
        "A project is extended once at most.",
        """
        SELECT contract_id FROM change_request WHERE kind = 'extension' AND state = 'approved'
        GROUP BY contract_id HAVING count(*) > 1
        """,
    ),
    "support_after_acceptance": (
        "Approved support rests on a passed acceptance and stays within the round's ceiling.",
        """
        SELECT s.id FROM subsidy s JOIN contract c ON c.id = s.contract_id JOIN award a ON a.id = c.award_id
        JOIN demand ON demand.id = a.demand_id JOIN round ON round.id = demand.round_id
        WHERE s.state <> 'recommended' AND (
            NOT EXISTS (SELECT 1 FROM acceptance x WHERE x.contract_id = c.id AND x.state = 'passed')
            OR (round.fiscal_per_project_fen > 0 AND s.amount_fen > round.fiscal_per_project_fen))
        """,
    ),
    # Outcomes.
    "closed_project_was_accepted": (
        "A closed project was accepted or concluded.",
        """
        SELECT c.id FROM contract c WHERE c.state = 'closed' AND NOT EXISTS (
            SELECT 1 FROM acceptance x WHERE x.contract_id = c.id AND x.state IN ('passed', 'concluded'))
        """,
    ),
    "passed_means_certified": (
        "An acceptance has a certificate exactly when it passed.",
        """
        SELECT x.id FROM acceptance x LEFT JOIN certificate c ON c.acceptance_id = x.id
        WHERE (x.state = 'passed') <> (c.id IS NOT NULL)
        """,
    ),
    "hard_indicators_met": (
        "A passed acceptance met every hard indicator.",
        """
        SELECT x.id FROM acceptance x JOIN acceptance_result r ON r.acceptance_id = x.id AND r.attempt = x.attempt
        JOIN contract_indicator i ON i.id = r.indicator_id
        WHERE x.state = 'passed' AND i.is_hard AND COALESCE(r.verdict, '') <> 'met'
        """,
    ),
    "demonstration_was_accepted": (
        "A demonstration project grew from a passed acceptance.",
        """
        SELECT d.id FROM demonstration d JOIN acceptance x ON x.id = d.acceptance_id WHERE x.state <> 'passed'
        """,
    ),
    "listed_after_notice": (
        "A listed demonstration project stood on public notice first.",
        """
        SELECT d.id FROM demonstration d WHERE d.listed_at IS NOT NULL AND (d.number IS NULL OR NOT EXISTS (
            SELECT 1 FROM notice n WHERE n.demonstration_id = d.id AND n.kind = 'demonstration'
            AND n.state IN ('closed_clean', 'closed_with_objection')))
        """,
    ),
    "adopted_by_another": (
        "Nobody replicates their own demonstration project.",
        """
        SELECT r.id FROM replication r JOIN demonstration d ON d.id = r.demonstration_id
        JOIN acceptance x ON x.id = d.acceptance_id JOIN contract c ON c.id = x.contract_id
        JOIN award a ON a.id = c.award_id JOIN demand ON demand.id = a.demand_id
        WHERE r.adopter_id = demand.owner_id
        """,
    ),
    # The record.
    "events_follow_one_another": (
        "Every event begins in the state to which the one before it led.",
        """
        SELECT id FROM (
            SELECT id, from_state,
                   lag(to_state) OVER (PARTITION BY thing_type, thing_id ORDER BY seq) AS led_to
            FROM event WHERE to_state IS NOT NULL) chain
        WHERE led_to IS NOT NULL AND (from_state IS NULL OR from_state <> led_to)
        """,
    ),
    "system_acts_have_a_cause": (
        "An event without a person was the site's own.",
        "SELECT id FROM event WHERE actor_id IS NULL AND role IS NOT NULL AND role <> 'system'",
    ),
}
