//! Claims about invoices: a case with a number and a day for the answer.

use crate::{
    date::{Dated, Holidays},
    number::{Series, digits},
    problem::Problem,
    shop::{Routes, Shop},
    web::{Body, Number, created, written},
};
use axum::{
    Json,
    extract::State,
    response::Response,
    routing::{get, post},
};
use jiff::civil::Date;
use serde::{Deserialize, Serialize};
use std::{collections::BTreeMap, sync::Arc};

/// How long the shop takes at most.
const ANSWER_WORKING_DAYS: usize = 15;

/// What somebody says is wrong.
#[derive(Debug, Clone, Serialize, Deserialize)]
struct Complaint {
    invoice: String,
    reason: String,
    text: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    customer: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    phone: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    email: Option<String>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
enum ClaimState {
    Open,
    Answered,
}

#[derive(Debug, Clone, Serialize)]
pub(crate) struct Claim {
    number: String,
    state: ClaimState,
    opened_on: Date,
    answer_by: Date,
    #[serde(skip_serializing_if = "Option::is_none")]
    answer: Option<String>,
    #[serde(flatten)]
    complaint: Complaint,
}

impl Claim {
    pub(crate) fn invoice(&self) -> &str {
        &self.complaint.invoice
    }
}

/// A claim from before the shop was started.
#[derive(Deserialize)]
pub(crate) struct Earlier {
    number: String,
    state: ClaimState,
    opened_on: Date,
    answer: Option<String>,
    #[serde(flatten)]
    complaint: Complaint,
}

pub(crate) struct Claims {
    claims: BTreeMap<String, Claim>,
    numbers: Series,
}

impl Claims {
    pub(crate) fn of(earlier: Dated<Earlier>, today: Date, holidays: &Holidays) -> Claims {
        let (earlier, since) = earlier.moved_to(today);
        let numbers = Series::of('C', earlier.iter().map(|claim| claim.number.as_str()));
        let mut claims = Claims { claims: BTreeMap::new(), numbers };
        for Earlier { number, state, opened_on, answer, complaint } in earlier {
            let opened_on = opened_on + since;
            let answer_by = holidays.working_days_after(opened_on, ANSWER_WORKING_DAYS);
            claims.keep(Claim { number, state, opened_on, answer_by, answer, complaint });
        }
        claims
    }

    pub(crate) fn all(&self) -> impl Iterator<Item = &Claim> {
        self.claims.values()
    }

    fn keep(&mut self, claim: Claim) {
        self.claims.insert(digits(&claim.number), claim);
    }

    /// One at a time for each invoice: who comes again is told the number that there is.
    fn open(&mut self, complaint: Complaint, today: Date, holidays: &Holidays) -> Result<Claim, Problem> {
        let is_open =
            |claim: &&Claim| claim.state == ClaimState::Open && claim.invoice() == complaint.invoice;
        if let Some(claim) = self.all().find(is_open) {
            let number = &claim.number;
            let detail = format!("{number} about invoice {} is not answered yet.", complaint.invoice);
            return Err(Problem::conflict("claim_open", "Claim open", detail).with("number", number));
        }
        let claim = Claim {
            number: self.numbers.next(),
            state: ClaimState::Open,
            opened_on: today,
            answer_by: holidays.working_days_after(today, ANSWER_WORKING_DAYS),
            answer: None,
            complaint,
        };
        self.keep(claim.clone());
        Ok(claim)
    }
}

pub(crate) fn routes() -> Routes {
    Routes::new().route("/claims", post(open)).route("/claims/{number}", get(claim))
}

async fn open(
    State(shop): State<Arc<Shop>>,
    Body(mut complaint): Body<Complaint>,
) -> Result<Response, Problem> {
    written("reason", &complaint.reason)?;
    written("text", &complaint.text)?;
    // As we write it, and not as it was said.
    complaint.invoice = shop.invoices.named(&complaint.invoice)?.number.clone();
    let claim = shop.book().claims.open(complaint, shop.clock.today(), &shop.holidays)?;
    Ok(created(format!("/claims/{}", claim.number), claim))
}

async fn claim(State(shop): State<Arc<Shop>>, Number(number): Number) -> Result<Json<Claim>, Problem> {
    let claim = shop.book().claims.claims.get(&digits(&number)).cloned().map(Json);
    claim.ok_or_else(|| {
        Problem::unknown("claim_unknown", "No such claim", format!("There is no claim {number}."))
    })
}
