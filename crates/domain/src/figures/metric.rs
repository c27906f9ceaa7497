//! The list of all figures: what each is called, what it means, and where that is from. The API and
//! `docs/figures.md` are made of it.

use super::{
    agent::{self, Adherence, Time},
    formula::{self, Abandons, Treatment},
    resolution::{self, Resolution},
    tally::Tally,
};
use serde::{Deserialize, Serialize};

/// One figure.
#[derive(Debug, Clone, Copy)]
pub struct Metric {
    /// Never changes.
    pub name: &'static str,
    pub unit: Unit,
    /// In the names of [`Tally`]'s fields, or those of what else it is made of.
    pub formula: &'static str,
    /// Who defines it so.
    pub source: &'static str,
    pub of: Of,
}

/// What a figure is made of.
#[derive(Debug, Clone, Copy)]
pub enum Of {
    Queue(fn(&Tally) -> Option<f64>),
    Agent(fn(&Time) -> Option<f64>),
    Schedule(fn(&Adherence) -> Option<f64>),
    Contacts(fn(&Resolution) -> Option<f64>),
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Unit {
    Percent,
    Milliseconds,
}

impl Unit {
    pub fn as_str(self) -> &'static str {
        match self {
            Unit::Percent => "percent",
            Unit::Milliseconds => "ms",
        }
    }
}

impl Metric {
    /// The figure of a queue, or of whatever else was counted; `None` also for a figure of something else.
    pub fn of_tally(&self, tally: &Tally) -> Option<f64> {
        match self.of {
            Of::Queue(of) => of(tally),
            Of::Agent(_) | Of::Schedule(_) | Of::Contacts(_) => None,
        }
    }
}

/// Every figure there is.
pub fn metrics() -> impl Iterator<Item = &'static Metric> {
    SERVICE_LEVELS.iter().map(|(_, metric)| metric).chain(OTHERS)
}

macro_rules! service_levels {
    ($($variant:ident $name:literal = $of:expr, $formula:literal, $source:expr;)*) => {
        /// What a service level counts. A queue or a report chooses one by its name.
        #[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
        pub enum ServiceLevelFormula {$(
            #[serde(rename = $name)]
            $variant,
        )*}

        const SERVICE_LEVELS: &[(ServiceLevelFormula, Metric)] = &[$((
            ServiceLevelFormula::$variant,
            Metric {
                name: concat!("service_level_", $name),
                unit: Unit::Percent,
                formula: $formula,
                source: $source,
                of: Of::Queue($of),
            },
        )),*];

        impl ServiceLevelFormula {
            /// The name under which it is chosen.
            pub fn as_str(self) -> &'static str {
                match self {
                    $(Self::$variant => $name,)*
                }
            }

            /// What is divided by what, in the names of [`Tally`].
            pub fn text(self) -> &'static str {
                match self {
                    $(Self::$variant => $formula,)*
                }
            }

            pub fn percent(self, tally: &Tally) -> Option<f64> {
                match self {
                    $(Self::$variant => $of(tally),)*
                }
            }
        }
    };
}

impl Default for ServiceLevelFormula {
    /// The first of those that are published everywhere.
    fn default() -> Self {
        Self::Sl1
    }
}

impl ServiceLevelFormula {
    pub fn all() -> impl Iterator<Item = Self> {
        SERVICE_LEVELS.iter().map(|(formula, _)| *formula)
    }

    /// The formula with that name.
    pub fn parse(name: &str) -> Option<Self> {
        Self::all().find(|formula| formula.as_str() == name)
    }
}

const ICMI: &str = "ICMI, QueueTips 2005; Call Centre Helper, service level calculations";
const ASTERISK: &str = "Asterisk, queues.conf and app_queue";
const GENESYS: &str = "Genesys Cloud, configure the service level calculation";
const CISCO: &str = "Cisco ICM, service level types";
const RING_CENTRAL: &str = "RingCentral, call queue service level settings";

service_levels! {
    Sl1 "sl1" = formula::sl1,
        "(answered_within + abandoned_within) / (answered + abandoned)", ICMI;
    Sl2 "sl2" = formula::sl2, "answered_within / answered", ICMI;
    Sl3 "sl3" = formula::sl3, "answered_within / (answered + abandoned)", ICMI;
    Sl4 "sl4" = formula::sl4, "answered_within / (answered + abandoned − abandoned_within)", ICMI;
    Sl5 "sl5" = formula::sl5, "(answered_within + abandoned_short) / (answered + abandoned)", ICMI;
    AsteriskSl "asterisk_sl" = formula::sl2, "answered_within / answered", ASTERISK;
    AsteriskSl2 "asterisk_sl2" = formula::sl1,
        "(answered_within + abandoned_within) / (answered + abandoned)", ASTERISK;
    AmazonConnect "amazon_connect" = formula::amazon_connect,
        "(answered_within + abandoned_within + callbacks_within) / offered",
        "Amazon Connect, historical metrics definitions: service level";
    GenesysCloud "genesys_cloud" = |tally| formula::genesys_cloud(tally, Abandons::Counted, false),
        "answered_within / (answered + abandoned)", GENESYS;
    GenesysCloudNoShort "genesys_cloud_no_short" =
        |tally| formula::genesys_cloud(tally, Abandons::ShortExcluded, false),
        "answered_within / (answered + abandoned − abandoned_short)", GENESYS;
    GenesysCloudNoAbandons "genesys_cloud_no_abandons" =
        |tally| formula::genesys_cloud(tally, Abandons::Excluded, false),
        "answered_within / answered", GENESYS;
    GenesysCloudFlowOuts "genesys_cloud_flow_outs" =
        |tally| formula::genesys_cloud(tally, Abandons::Counted, true),
        "answered_within / (answered + abandoned + flow_outs)", GENESYS;
    GenesysCloudFlowOutsNoShort "genesys_cloud_flow_outs_no_short" =
        |tally| formula::genesys_cloud(tally, Abandons::ShortExcluded, true),
        "answered_within / (answered + abandoned + flow_outs − abandoned_short)", GENESYS;
    GenesysCloudFlowOutsNoAbandons "genesys_cloud_flow_outs_no_abandons" =
        |tally| formula::genesys_cloud(tally, Abandons::Excluded, true),
        "answered_within / (answered + flow_outs)", GENESYS;
    CiscoIgnored "cisco_abandons_ignored" = |tally| formula::cisco_icm(tally, Treatment::Ignored),
        "answered_within / (events − abandoned_within), where events = answered_within + abandoned_within + whoever waited longer than the threshold", CISCO;
    CiscoNegative "cisco_abandons_negative" = |tally| formula::cisco_icm(tally, Treatment::Negative),
        "answered_within / events", CISCO;
    CiscoPositive "cisco_abandons_positive" = |tally| formula::cisco_icm(tally, Treatment::Positive),
        "(answered_within + abandoned_within) / events", CISCO;
    StatServer "stat_server" = formula::stat_server,
        "answered_within / (answered + abandoned − abandoned_short)",
        "Genesys Stat Server user's guide, service factor";
    RingCentral "ring_central" = |tally| formula::ring_central(tally, true),
        "answered_within / (answered + abandoned − abandoned_short)", RING_CENTRAL;
    RingCentralAnswered "ring_central_answered" = |tally| formula::ring_central(tally, false),
        "answered_within / answered", RING_CENTRAL;
    Ley10Of2025 "ley_10_2025" = formula::ley_10_2025,
        "ley_answered / ley_requests, of calls alone; to be 95 at least",
        "España, Ley 10/2025, de 26 de diciembre, artículo 8";
}

const fn share(
    name: &'static str,
    of: fn(&Tally) -> Option<f64>,
    formula: &'static str,
    source: &'static str,
) -> Metric {
    Metric { name, unit: Unit::Percent, formula, source, of: Of::Queue(of) }
}

const fn time(
    name: &'static str,
    of: fn(&Tally) -> Option<f64>,
    formula: &'static str,
    source: &'static str,
) -> Metric {
    Metric { name, unit: Unit::Milliseconds, formula, source, of: Of::Queue(of) }
}

#[rustfmt::skip]
const OTHERS: &[Metric] = &[
    time("average_speed_of_answer", formula::average_speed_of_answer, "wait_answered_ms / answered", "Amazon Connect, average queue answer time"),
    time("average_handle_time", formula::average_handle_time, "(talk_ms + hold_ms + wrap_up_ms) / handled", "Amazon Connect, average handle time"),
    time("average_talk_time", formula::average_talk_time, "talk_ms / handled", "Amazon Connect, average agent interaction time"),
    time("average_hold_time", formula::average_hold_time, "hold_ms / handled", "Amazon Connect, average customer hold time of all contacts"),
    time("average_wrap_up_time", formula::average_wrap_up_time, "wrap_up_ms / handled", "Amazon Connect, average after contact work time"),
    time("average_time_to_abandon", formula::average_time_to_abandon, "wait_abandoned_ms / abandoned", "Amazon Connect, average queue abandon time"),
    time("longest_wait", formula::longest_wait, "wait_max_ms", "Amazon Connect, maximum queued time"),
    share("abandon_rate", formula::abandon_rate, "abandoned / (offered − waiting)", "Amazon Connect, abandonment rate; of those whose wait is over"),
    share("abandon_rate_without_short", formula::abandon_rate_without_short, "(abandoned − abandoned_short) / (offered − waiting − abandoned_short)", "Centralita: the same as if short abandons had never come"),
    share("transfer_rate", formula::transfer_rate, "(transfers_to_queue + transfers_to_agent + transfers_to_flow) / handled", "Centralita: of what agents are done with"),
    share("missed_rate", formula::missed_rate, "missed / offers", "Amazon Connect, agent non-response; of all offers"),
    share("declined_rate", formula::declined_rate, "declined / offers", "Centralita"),
    Metric {
        name: "occupancy",
        unit: Unit::Percent,
        formula: "contact time / (contact time + idle); contact time = busy + wrap_up by the clock on the wall, so two contacts at once count once",
        source: "Amazon Connect, historical metrics definitions: occupancy",
        of: Of::Agent(agent::occupancy),
    },
    Metric {
        name: "adherence",
        unit: Unit::Percent,
        formula: "adherent / scheduled: available while work is scheduled, on pause while something else is",
        source: "Amazon Connect, calculating agent adherent and non-adherent time",
        of: Of::Schedule(agent::adherence_percent),
    },
    Metric {
        name: "first_contact_resolution",
        unit: Unit::Percent,
        formula: "resolved / judged: first contacts about something after which the contact did not come again about it within 7 days",
        source: "Call Centre Helper, First Call (Contact) Resolution",
        of: Of::Contacts(resolution::percent),
    },
];
