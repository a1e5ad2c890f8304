/**
 * What PostgreSQL's values are in Java where the JDK has no class that loses nothing. All of them
 * are immutable and equal exactly if PostgreSQL prints them alike.
 */
@NullMarked
package io.walferry.value;

import org.jspecify.annotations.NullMarked;
