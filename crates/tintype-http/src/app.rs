use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use actix_web::{HttpRequest, web};
use tintype_library::{Error, Library};

use crate::config::HttpConfig;
use crate::metrics::Metrics;

/// The state that all handlers share. Cheap to clone; all clones share one state.
#[derive(Debug, Clone)]
pub struct App {
    pub(crate) library: Library,
    pub(crate) config: HttpConfig,
    pub(crate) metrics: Arc<Metrics>,
    ending: Arc<AtomicBool>,
}

impl App {
    /// Returns the application that serves `library`.
    pub fn new(library: Library, config: HttpConfig) -> Self {
        let metrics = Arc::new(Metrics::new(library.meters()));
        Self { library, config, metrics, ending: Arc::default() }
    }

    /// Makes `/readyz` report the server as not ready, because it is about to stop. Requests are
    /// still answered.
    pub fn start_ending(&self) {
        self.ending.store(true, Ordering::Relaxed);
    }

    /// Returns the application that `request` came to.
    pub(crate) fn of(request: &HttpRequest) -> Result<web::Data<Self>, Error> {
        let app = request.app_data::<web::Data<Self>>().cloned();
        app.ok_or_else(|| Error::Internal("there is no `App` in the application data".into()))
    }

    pub(crate) fn is_ending(&self) -> bool {
        self.ending.load(Ordering::Relaxed)
    }
}
