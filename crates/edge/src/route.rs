//! From a path to the component that answers it.
//!
//! Spin's rules: a segment that is spelled out beats `:name`, and that beats the trailing `/...`;
//! segments count from the left. A slash at the end does not matter. Of two equal routes the
//! later wins.

use std::cmp::Ordering;

/// All routes of an application, the most specific first.
#[derive(Debug)]
pub struct Router<T>(Vec<Route<T>>);

#[derive(Debug)]
struct Route<T> {
    pattern: Pattern,
    target: T,
}

/// A route as the manifest writes it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Pattern {
    text: String,
    segments: Vec<Segment>,
}

#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
enum Segment {
    Literal(String),
    Named(String),
    Rest,
}

/// What a path matched.
#[derive(Debug, PartialEq, Eq)]
pub struct Match<'r> {
    /// The route as written.
    pub route: &'r str,
    /// What `/...` stood for, with its slash; empty without one.
    pub rest: String,
    pub named: Vec<(&'r str, String)>,
}

/// Why a route is none.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("`...` may only be the last segment of a route, and `:name` needs a name")]
pub struct BadPattern;

impl Pattern {
    pub fn parse(text: &str) -> Result<Self, BadPattern> {
        let mut segments = Vec::new();
        for part in text.split('/').filter(|part| !part.is_empty()) {
            if segments.last() == Some(&Segment::Rest) {
                return Err(BadPattern);
            }
            segments.push(match part.strip_prefix(':') {
                _ if part == "..." || part == "*" => Segment::Rest,
                Some("") => return Err(BadPattern),
                Some(name) => Segment::Named(name.to_owned()),
                None => Segment::Literal(part.to_owned()),
            });
        }
        Ok(Self { text: text.to_owned(), segments })
    }

    /// The route without its trailing `/...`.
    pub fn prefix(route: &str) -> &str {
        route.strip_suffix("/...").unwrap_or(route)
    }

    fn matches(&self, path: &str) -> Option<Match<'_>> {
        let mut found = Match { route: &self.text, rest: String::new(), named: Vec::new() };
        let mut left = path.trim_matches('/');
        for segment in &self.segments {
            if *segment == Segment::Rest {
                // Spin gives the rest its slashes back, at both ends.
                if !left.is_empty() || path.ends_with('/') {
                    found.rest = format!("/{left}");
                    if !left.is_empty() && path.ends_with('/') {
                        found.rest.push('/');
                    }
                }
                return Some(found);
            }
            let (part, after) = left.split_once('/').unwrap_or((left, ""));
            match segment {
                Segment::Literal(literal) if literal == part => {}
                Segment::Named(name) if !part.is_empty() => {
                    found.named.push((name, part.to_owned()));
                }
                _ => return None,
            }
            left = after;
        }
        left.is_empty().then_some(found)
    }

    fn specificity(&self, other: &Self) -> Ordering {
        let rank = |segment: &Segment| match segment {
            Segment::Literal(_) => 0,
            Segment::Named(_) => 1,
            Segment::Rest => 3,
        };
        // A route that ends beats one that goes on with `...`.
        let ranks = |pattern: &Self| pattern.segments.iter().map(rank).chain([2]).collect::<Vec<_>>();
        ranks(self).cmp(&ranks(other))
    }
}

impl<T> Router<T> {
    pub fn new(routes: impl IntoIterator<Item = (Pattern, T)>) -> Self {
        let mut all: Vec<Route<T>> = Vec::new();
        for (pattern, target) in routes {
            all.retain(|earlier| earlier.pattern.segments != pattern.segments);
            all.push(Route { pattern, target });
        }
        all.sort_by(|a, b| a.pattern.specificity(&b.pattern));
        Self(all)
    }

    pub fn find(&self, path: &str) -> Option<(&T, Match<'_>)> {
        self.0.iter().find_map(|route| Some((&route.target, route.pattern.matches(path)?)))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn router() -> Router<&'static str> {
        let routes = ["/...", "/api/...", "/api/users/:id", "/api/users/me", "/api/users/:id/...", "/a/"];
        Router::new(routes.map(|route| (Pattern::parse(route).expect("a route"), route)))
    }

    #[track_caller]
    fn check(path: &str, route: &str, rest: &str, named: &[(&str, &str)]) {
        let router = router();
        let (target, found) = router.find(path).expect("a route");
        assert_eq!((*target, found.route, found.rest.as_str()), (route, route, rest));
        let named: Vec<_> = named.iter().map(|(name, value)| (*name, value.to_string())).collect();
        assert_eq!(found.named, named);
    }

    #[test]
    fn the_most_specific_route_wins() {
        check("/api/users/me", "/api/users/me", "", &[]);
        check("/api/users/me/", "/api/users/me", "", &[]);
        check("/api/users/7", "/api/users/:id", "", &[("id", "7")]);
        check("/api/users/7/x/y", "/api/users/:id/...", "/x/y", &[("id", "7")]);
        check("/api/users", "/api/...", "/users", &[]);
        check("/api", "/api/...", "", &[]);
        check("/api/", "/api/...", "/", &[]);
        check("/api/x/", "/api/...", "/x/", &[]);
        check("/apix", "/...", "/apix", &[]);
        check("/", "/...", "/", &[]);
        check("/a", "/a/", "", &[]);
    }

    #[test]
    fn without_a_wildcard_some_paths_have_no_route() {
        let router = Router::new([(Pattern::parse("/only").expect("a route"), ())]);
        assert_eq!(router.find("/other"), None);
        assert_eq!(router.find("/only/more"), None);
    }

    #[test]
    fn of_two_equal_routes_the_later_wins() {
        let route = |text| Pattern::parse(text).expect("a route");
        let router = Router::new([(route("/x"), 1), (route("/x/"), 2)]);
        assert_eq!(router.find("/x").map(|(target, _)| *target), Some(2));
    }

    #[test]
    fn patterns_that_are_none() {
        assert_eq!(Pattern::parse("/.../x"), Err(BadPattern));
        assert_eq!(Pattern::parse("/:/x"), Err(BadPattern));
    }
}
