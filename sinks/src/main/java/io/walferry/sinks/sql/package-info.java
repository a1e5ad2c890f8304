/** What SQL destinations share: the type table and the statements that apply one change. */
@NullMarked
package io.walferry.sinks.sql;

import org.jspecify.annotations.NullMarked;
