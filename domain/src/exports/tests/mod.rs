mod contents;
mod life;
mod streaming;
mod world;
