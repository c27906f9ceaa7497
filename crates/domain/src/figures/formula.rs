//! Figures of queues, each a function of a [`Tally`]. `None`: nothing happened that it could be said of.
//!
//! *Service level* is a word with many meanings; [`ServiceLevelFormula`] names them. In all of them the
//! threshold is the tally's, and a wait of exactly that long was in time.

use super::tally::Tally;

/// What share of `whole` `part` is, in percent.
pub(super) fn percent(part: u64, whole: u64) -> Option<f64> {
    Some(100.0 * mean(part, whole)?)
}

pub(super) fn mean(sum: u64, count: u64) -> Option<f64> {
    (count > 0).then(|| sum as f64 / count as f64)
}

/// Abandons in time are good service.
pub fn sl1(tally: &Tally) -> Option<f64> {
    percent(tally.answered_within + tally.abandoned_within, tally.answered + tally.abandoned)
}

/// Abandons do not count at all.
pub fn sl2(tally: &Tally) -> Option<f64> {
    percent(tally.answered_within, tally.answered)
}

/// Every abandon is bad service.
pub fn sl3(tally: &Tally) -> Option<f64> {
    percent(tally.answered_within, tally.answered + tally.abandoned)
}

/// Abandons in time do not count, later ones are bad service.
pub fn sl4(tally: &Tally) -> Option<f64> {
    let late = tally.abandoned.saturating_sub(tally.abandoned_within);
    percent(tally.answered_within, tally.answered + late)
}

/// Short abandons are good service, all others bad.
pub fn sl5(tally: &Tally) -> Option<f64> {
    percent(tally.answered_within + tally.abandoned_short, tally.answered + tally.abandoned)
}

/// Left the queue in time, by an answer, an abandon or the wish to be called back, of all who entered.
pub fn amazon_connect(tally: &Tally) -> Option<f64> {
    percent(tally.answered_within + tally.abandoned_within + tally.callbacks_within, tally.offered)
}

/// Which abandons Genesys Cloud counts.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Abandons {
    Counted,
    ShortExcluded,
    Excluded,
}

/// Genesys Cloud, by its two settings. Its settings hold for the past, too, and so does this.
pub fn genesys_cloud(tally: &Tally, abandons: Abandons, with_flow_outs: bool) -> Option<f64> {
    let excluded = match abandons {
        Abandons::Counted => 0,
        Abandons::ShortExcluded => tally.abandoned_short,
        Abandons::Excluded => tally.abandoned,
    };
    let flow_outs = if with_flow_outs { tally.flow_outs } else { 0 };
    let whole = (tally.answered + tally.abandoned + flow_outs).saturating_sub(excluded);
    percent(tally.answered_within, whole)
}

/// How Cisco's ICM treats abandons in time.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Treatment {
    Ignored,
    Negative,
    Positive,
}

/// Of Cisco's service level events: answered in time, abandoned in time, or still unanswered at the
/// threshold, whatever came later.
pub fn cisco_icm(tally: &Tally, abandons: Treatment) -> Option<f64> {
    let events = service_level_events(tally);
    let (good, whole) = match abandons {
        Treatment::Ignored => (tally.answered_within, events - tally.abandoned_within),
        Treatment::Negative => (tally.answered_within, events),
        Treatment::Positive => (tally.answered_within + tally.abandoned_within, events),
    };
    percent(good, whole)
}

fn service_level_events(tally: &Tally) -> u64 {
    let late = (tally.answered + tally.abandoned + tally.flow_outs + tally.callbacks).saturating_sub(
        tally.answered_within + tally.abandoned_within + tally.flow_outs_within + tally.callbacks_within,
    );
    tally.answered_within + tally.abandoned_within + late + tally.waiting_beyond
}

/// Genesys Stat Server's service factor: short abandons never came.
pub fn stat_server(tally: &Tally) -> Option<f64> {
    genesys_cloud(tally, Abandons::ShortExcluded, false)
}

/// RingCentral's setting "include abandoned calls": those that are not short are bad service. Its goal is
/// the queue's target, its thresholds are the tally's.
pub fn ring_central(tally: &Tally, include_abandoned: bool) -> Option<f64> {
    let abandons = if include_abandoned { Abandons::ShortExcluded } else { Abandons::Excluded };
    genesys_cloud(tally, abandons, false)
}

/// Spain, Ley 10/2025, article 8: 95 % of calls are to be answered, on average, in less than three minutes.
///
/// Read strictly, since whoever must comply must not find a kinder reading: of all who asked for a person
/// and were answered, left, asked to be called back or have been waiting for three minutes, those who were
/// answered in less than three minutes after they began to wait, in whichever queue that was. An abandon
/// is a call that was not answered. The law speaks of calls: the tally is to be one of calls alone.
pub fn ley_10_2025(tally: &Tally) -> Option<f64> {
    percent(tally.ley_answered, tally.ley_requests)
}

/// The part that [`ley_10_2025`] must reach.
pub const LEY_10_2025_TARGET_PERCENT: f64 = 95.0;

/// ASA: how long the answered waited.
pub fn average_speed_of_answer(tally: &Tally) -> Option<f64> {
    mean(tally.wait_answered_ms, tally.answered)
}

/// AHT: talk, hold and wrap-up.
pub fn average_handle_time(tally: &Tally) -> Option<f64> {
    mean(tally.talk_ms + tally.hold_ms + tally.wrap_up_ms, tally.handled)
}

pub fn average_talk_time(tally: &Tally) -> Option<f64> {
    mean(tally.talk_ms, tally.handled)
}

pub fn average_hold_time(tally: &Tally) -> Option<f64> {
    mean(tally.hold_ms, tally.handled)
}

pub fn average_wrap_up_time(tally: &Tally) -> Option<f64> {
    mean(tally.wrap_up_ms, tally.handled)
}

pub fn average_time_to_abandon(tally: &Tally) -> Option<f64> {
    mean(tally.wait_abandoned_ms, tally.abandoned)
}

pub fn longest_wait(tally: &Tally) -> Option<f64> {
    (tally.offered > 0).then_some(tally.wait_max_ms as f64)
}

/// Of those whose wait is over. Who asked for a callback did not abandon.
pub fn abandon_rate(tally: &Tally) -> Option<f64> {
    percent(tally.abandoned, tally.offered.saturating_sub(tally.waiting))
}

pub fn abandon_rate_without_short(tally: &Tally) -> Option<f64> {
    let over = tally.offered.saturating_sub(tally.waiting + tally.abandoned_short);
    percent(tally.abandoned.saturating_sub(tally.abandoned_short), over)
}

pub fn transfer_rate(tally: &Tally) -> Option<f64> {
    percent(tally.transfers_to_queue + tally.transfers_to_agent + tally.transfers_to_flow, tally.handled)
}

/// RONA: of all offers, those nobody answered.
pub fn missed_rate(tally: &Tally) -> Option<f64> {
    percent(tally.missed, tally.offers)
}

pub fn declined_rate(tally: &Tally) -> Option<f64> {
    percent(tally.declined, tally.offers)
}
