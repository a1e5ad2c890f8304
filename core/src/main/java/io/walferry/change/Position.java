package io.walferry.change;

/**
 * How far a destination has come: everything that committed at the source before {@code endLsn} is
 * there, nothing after it is. {@code xid} is the last applied transaction, for people who look.
 */
public record Position(Lsn endLsn, Xid xid) {}
