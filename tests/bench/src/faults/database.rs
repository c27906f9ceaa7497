//! What the database says, asked directly.

use super::outcome::Stored;
use anyhow::Result;
use std::collections::HashMap;
use tokio_postgres::{Client, NoTls, Row};

/// A connection that is made anew when the server was away.
pub(crate) struct Database {
    url: String,
    client: Option<Client>,
}

impl Database {
    pub(crate) fn new(url: &str) -> Database {
        Database { url: url.to_owned(), client: None }
    }

    async fn query(
        &mut self,
        statement: &str,
        parameters: &[&(dyn tokio_postgres::types::ToSql + Sync)],
    ) -> Result<Vec<Row>> {
        let client = match self.client.take().filter(|client| !client.is_closed()) {
            Some(client) => client,
            None => {
                let (client, connection) = tokio_postgres::connect(&self.url, NoTls).await?;
                tokio::spawn(connection);
                client
            }
        };
        let rows = client.query(statement, parameters).await?;
        self.client = Some(client);
        Ok(rows)
    }

    async fn number(&mut self, statement: &str) -> Result<i64> {
        let rows = self.query(statement, &[]).await?;
        Ok(rows.first().map_or(0, |row| row.get(0)))
    }

    /// Work that somebody is at.
    pub(crate) async fn leased(&mut self) -> Result<Vec<String>> {
        let rows = self
            .query(
                &format!("SELECT id FROM due_work WHERE state = 'waiting' AND leased_until_ms > {NOW}"),
                &[],
            )
            .await?;
        Ok(rows.iter().map(|row| row.get(0)).collect())
    }

    /// How many of these are still to be done.
    pub(crate) async fn left_of(&mut self, ids: &[String]) -> Result<usize> {
        let statement = "SELECT id FROM due_work WHERE state = 'waiting' AND id = ANY($1)";
        Ok(self.query(statement, &[&ids]).await?.len())
    }

    /// What is due and not done.
    pub(crate) async fn due(&mut self) -> Result<i64> {
        let statement =
            format!("SELECT COUNT(*) FROM due_work WHERE state = 'waiting' AND due_at_ms <= {NOW}");
        self.number(&statement).await
    }

    /// What is still to be done, now or later, or given up, without the time limits of what goes on and what
    /// comes again for ever; and everybody who waits for an agent.
    pub(crate) async fn unfinished(&mut self) -> Result<i64> {
        let work = "SELECT COUNT(*) FROM due_work WHERE kind NOT IN ('offer_deadline', 'wrap_up_deadline',
            'bot_timer', 'desk_watch', 'check_up', 'renew_token', 'reconcile', 'sync_templates')";
        let waiting = "SELECT COUNT(*) FROM interaction WHERE state IN ('queued', 'offered')";
        Ok(self.number(work).await? + self.number(waiting).await?)
    }

    /// Agents who have more than they can do.
    pub(crate) async fn overfull(&mut self) -> Result<Vec<String>> {
        let rows = self
            .query(
                "SELECT a.id FROM interaction i JOIN agent a ON a.id = i.agent_id
                WHERE i.state IN ('offered', 'active', 'wrap_up')
                GROUP BY a.id, a.chats_max HAVING COUNT(*) > a.chats_max",
                &[],
            )
            .await?;
        Ok(rows.iter().map(|row| row.get(0)).collect())
    }

    /// Webhooks that were not read, and conversations: one for each contact who ever wrote.
    pub(crate) async fn unread_and_conversations(&mut self) -> Result<(i64, i64)> {
        let unread = self.number("SELECT COUNT(*) FROM webhook WHERE state <> 'digested'").await?;
        Ok((unread, self.number("SELECT COUNT(*) FROM conversation").await?))
    }

    pub(crate) async fn stored(&mut self) -> Result<Stored> {
        let incoming = "SELECT COALESCE(provider_id, '') FROM message WHERE direction = 'in'";
        let incoming = self.query(incoming, &[]).await?;
        let outgoing = "SELECT id, COALESCE(status, '') FROM message WHERE direction = 'out'";
        let outgoing = self.query(outgoing, &[]).await?;
        Ok(Stored {
            incoming: incoming.iter().map(|row| row.get(0)).collect(),
            outgoing: outgoing.iter().map(|row| (row.get(0), row.get(1))).collect::<HashMap<_, _>>(),
        })
    }
}

/// The clock of the machine, as the hosts tell it.
const NOW: &str = "EXTRACT(EPOCH FROM clock_timestamp()) * 1000";
