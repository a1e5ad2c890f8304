package io.walferry.library;

/**
 * A callback has failed.
 *
 * @param attempts how often it was called with this event
 */
public record CallbackFailure(Event event, Exception cause, int attempts) {}
