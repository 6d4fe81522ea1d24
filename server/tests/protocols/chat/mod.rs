//! A request's session as others' clients read it, through the portal's real router: the AI SDK's and AG-UI's.

mod ag_ui;
mod ai_sdk;
mod portal;
