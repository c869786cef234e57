//! The care of the tables: they are made, looked at, summed up by days, and freed of what was removed.

use super::AT_ONCE;
use super::ClickHouse;
use super::client::Client;
use super::columns::{DAILY, REMOVED, names};
use super::ddl;
use super::sql::{list, literal};
use super::version::Version;
use crate::project::store::error::{Fault, StoreError};
use crate::project::store::order;
use crate::project::store::remote::Remote;
use crate::project::store::shared::{Days, State};

/// The facts about a server.
struct Facts {
    server: String,
    version: Version,
    second: i64,
}

fn facts(client: &Client) -> Result<Facts, Fault> {
    let query = "SELECT version() AS server, toUnixTimestamp(now()) AS second";
    let row = client.rows(query)?.first();
    let mut row = row.ok_or_else(|| Fault::NoClickHouse("it gives no version".into()))?;
    let server = row.text("server");
    match Version::parse(&server) {
        Some(version) if version >= Version::OLDEST => {
            client.is_of(version);
            Ok(Facts { server, version, second: row.number("second").unwrap_or(0) })
        }
        _ => Err(Fault::TooOld { found: server, oldest: Version::OLDEST.to_string() }),
    }
}

/// Returns the version of the tables.
fn tables(client: &Client) -> Result<u32, Fault> {
    let query = format!("SELECT max(version) AS tables FROM {}.schema", client.remote().database);
    let found = client.rows(&query)?.first().and_then(|row| row.number::<u32>("tables"));
    match found.unwrap_or(0) {
        0 => Err(Fault::NotMade),
        found if found > ddl::VERSION => {
            Err(Fault::Newer { found: found.into(), newest: ddl::VERSION.into() })
        }
        found => Ok(found),
    }
}

/// Makes sure that server and tables are of known versions.
pub(super) fn check(client: &Client) -> Result<(), Fault> {
    facts(client)?;
    tables(client).map(drop)
}

/// Returns the state of a store whose tables are there.
///
/// # Errors
/// When it cannot be used.
pub(crate) fn state(remote: &Remote) -> Result<State, StoreError> {
    let look = || {
        let client = Client::new(remote.clone())?;
        let facts = facts(&client)?;
        let now = order::now().div_euclid(1_000_000);
        let tables = tables(&client)?;
        let writes = match client.insert(&format!("{}.schema", remote.database), b"") {
            Ok(()) => true,
            Err(Fault::Forbidden(_)) => false,
            Err(fault) => return Err(fault),
        };
        Ok(State { server: facts.server, tables, ahead: facts.second - now, writes })
    };
    look().map_err(|fault| StoreError::new(remote, fault))
}

/// Makes database and tables where they are not there yet.
///
/// # Errors
/// When the server is not reached, or refuses.
pub(crate) fn init(remote: &Remote) -> Result<(), StoreError> {
    let make = || {
        let client = Client::new(remote.clone())?;
        let version = facts(&client)?.version;
        if let Err(fault @ Fault::Newer { .. }) = tables(&client) {
            return Err(fault);
        }
        ddl::statements(&remote.database, version).iter().try_for_each(|sql| client.run(sql))
    };
    make().map_err(|fault| StoreError::new(remote, fault))
}

/// Returns the statements that [`init`] would send, or those for a cluster. Where the server cannot be asked for its
/// version, they are those for a new one.
///
/// # Errors
/// Never; without the feature `clickhouse` there are none.
#[expect(clippy::unnecessary_wraps, reason = "as it is without the feature")]
pub(crate) fn statements(
    remote: &Remote,
    cluster: Option<&str>,
) -> Result<Vec<String>, StoreError> {
    let asked = Client::new(remote.clone()).and_then(|client| Ok(facts(&client)?.version));
    let version = asked.unwrap_or(Version::NEWEST);
    Ok(match cluster {
        Some(cluster) => ddl::for_cluster(&remote.database, cluster, version),
        None => ddl::statements(&remote.database, version),
    })
}

/// Sums up the functions of whole days, anew where that was done before; returns the number of rows that these days
/// have then.
///
/// A row of an earlier roll-up whose function has no run any more is emptied: it gets a row without runs, which is
/// newer than itself and older than what is summed up now.
///
/// # Errors
/// When the store cannot be read or written.
pub(crate) fn roll_up(remote: &Remote, days: &Days) -> Result<usize, StoreError> {
    let sum = || {
        let client = Client::new(remote.clone())?;
        check(&client)?;
        let (first, end) = (literal(&days.first), literal(&days.end));
        let (db, project) = (&remote.database, literal(&remote.project));
        let range =
            format!("project = {project} AND day >= toDate({first}) AND day < toDate({end})");
        let newest = format!("SELECT max(computed) AS newest FROM {db}.daily WHERE {range}");
        let newest = client.rows(&newest)?.first().and_then(|row| row.number::<i64>("newest"));
        // Clocks differ: what is summed up now is newer than all before, and so is what empties rows.
        let computed = order::now().max(newest.unwrap_or(0).saturating_add(2));
        let columns = names(DAILY);
        client.run(&format!(
            "INSERT INTO {db}.daily ({columns}) SELECT project, series, function, day, runs_in, calls_in, \
             errors_in, total_in, self_in, arraySort(each), merged.1, merged.2, toUInt64({computed}) FROM (\
             SELECT project, series, function, toDate(time) AS day, uniqExact(run) AS runs_in, \
             sum(calls) AS calls_in, sum(errors) AS errors_in, sum(total_ns) AS total_in, sum(self_ns) AS self_in, \
             groupArray(toFloat32(self_ns / calls)) AS each, sumMap(buckets, counts) AS merged \
             FROM {db}.functions FINAL WHERE project = {project} AND calls > 0 \
             AND time >= toDateTime(concat({first}, ' 00:00:00'), 'UTC') \
             AND time < toDateTime(concat({end}, ' 00:00:00'), 'UTC') \
             AND run GLOBAL IN (SELECT id FROM {db}.runs FINAL WHERE project = {project} AND removed = 0) \
             GROUP BY project, series, function, day)"
        ))?;
        client.run(&format!(
            "INSERT INTO {db}.daily (project, series, function, day, runs, computed) \
             SELECT project, series, function, day, toUInt64(0), toUInt64({}) FROM {db}.daily FINAL \
             WHERE {range} AND computed < {computed} AND runs > 0",
            computed - 1
        ))?;
        let count =
            format!("SELECT count() AS days FROM {db}.daily FINAL WHERE {range} AND runs > 0");
        let rows = client.rows(&count)?.first();
        Ok(rows.and_then(|row| row.number("days")).unwrap_or(0))
    };
    sum().map_err(|fault| StoreError::new(remote, fault))
}

/// Deletes what is still kept of runs that were removed. Their rows in `runs` stay, so that what comes back is known to
/// be newer.
pub(super) fn purge(store: &ClickHouse) -> Result<(), Fault> {
    let project = literal(store.project());
    let removed = |among: &str| -> Result<Vec<String>, Fault> {
        let (documents, runs) = (store.table("documents"), store.table("runs"));
        let query = format!(
            "SELECT DISTINCT id FROM {documents} WHERE project = {project}{among} AND id GLOBAL IN \
             (SELECT id FROM {runs} FINAL WHERE project = {project} AND removed = {REMOVED})"
        );
        Ok(store.client.rows(&query)?.rows().map(|mut row| row.text("id")).collect())
    };
    for ids in removed("")?.chunks(AT_ONCE) {
        // Others of them may be on their way back by now.
        let these = list(ids.iter().map(String::as_str));
        let ids = removed(&format!(" AND id IN ({these})"))?;
        let ids: Vec<&str> = ids.iter().map(String::as_str).collect();
        if ids.is_empty() {
            continue;
        }
        for (table, id) in [("functions", "run"), ("metrics", "run"), ("documents", "id")] {
            store.client.run(&format!(
                "ALTER TABLE {} DELETE WHERE {}",
                store.table(table),
                store.these(id, &ids)
            ))?;
        }
    }
    Ok(())
}
