//! Two shapes of load, both bounded: as fast as it goes, and at a fixed rate.

use crate::{client::Client, whatsapp::Webhook};
use anyhow::Result;
use std::time::{Duration, Instant};
use tokio::{task::JoinSet, time};

/// Callers who each wait for their answer before they post again; posts in each second.
pub(crate) async fn flat_out(client: &Client, callers: usize, lasting: Duration) -> Result<f64> {
    let began = Instant::now();
    let mut tasks = JoinSet::new();
    for _ in 0..callers {
        let client = client.clone();
        tasks.spawn(async move {
            let mut posted = 0_u32;
            while began.elapsed() < lasting {
                Webhook::report().post(&client).await?;
                posted += 1;
            }
            anyhow::Ok(posted)
        });
    }
    let mut posted = 0;
    while let Some(count) = tasks.join_next().await {
        posted += count??;
    }
    Ok(f64::from(posted) / began.elapsed().as_secs_f64())
}

/// Posts at `rate` in each second, whether the answers come or not. An answer's time counts from
/// when the post was due, so that a stall shows in all that had to wait for it.
pub(crate) async fn at_rate(client: &Client, rate: u32, lasting: Duration) -> Result<Vec<Duration>> {
    let posts = rate * u32::try_from(lasting.as_secs())?;
    let mut ticks = time::interval(Duration::from_secs(1) / rate);
    let mut tasks = JoinSet::new();
    for _ in 0..posts {
        let due = ticks.tick().await;
        let client = client.clone();
        tasks.spawn(async move {
            Webhook::report().post(&client).await?;
            anyhow::Ok(due.elapsed())
        });
    }
    let mut samples = Vec::new();
    while let Some(sample) = tasks.join_next().await {
        samples.push(sample??);
    }
    Ok(samples)
}
