//! A question to the server, and what it is answered with. Plain data.

/// A request to read something, as far as anything depends on it.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(crate) struct Asked {
    /// The path and the query, as they were sent.
    pub url: String,
    /// The server that is meant, by the header `Host`.
    pub host: Option<String>,
    /// The header `Cookie`.
    pub cookie: Option<String>,
    /// The header `Authorization`.
    pub authorization: Option<String>,
}

/// An answer.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Answer {
    /// The status of HTTP.
    pub status: u16,
    /// What the body is.
    pub kind: Kind,
    /// Further headers, by name.
    pub headers: Vec<(&'static str, String)>,
    /// The body.
    pub body: Vec<u8>,
}

/// What a body is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Kind {
    /// A page.
    Html,
    /// A document.
    Json,
    /// Words.
    Text,
    /// A style.
    Css,
    /// A script.
    Script,
}

impl Kind {
    /// Returns the type of media.
    pub(crate) fn media_type(self) -> &'static str {
        match self {
            Self::Html => "text/html; charset=utf-8",
            Self::Json => "application/json",
            Self::Text => "text/plain; charset=utf-8",
            Self::Css => "text/css; charset=utf-8",
            Self::Script => "text/javascript; charset=utf-8",
        }
    }
}

impl Answer {
    /// Answers with a body.
    pub(crate) fn of(kind: Kind, body: impl Into<Vec<u8>>) -> Self {
        Self { status: 200, kind, headers: Vec::new(), body: body.into() }
    }

    /// Answers with another status.
    pub(crate) fn with_status(self, status: u16) -> Self {
        Self { status, ..self }
    }

    /// Adds a header.
    pub(crate) fn with_header(mut self, name: &'static str, value: String) -> Self {
        self.headers.push((name, value));
        self
    }

    /// Leads to another address of this server.
    pub(crate) fn see(place: String) -> Self {
        Self::of(Kind::Text, "").with_status(303).with_header("Location", place)
    }
}
