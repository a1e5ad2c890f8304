/**
 * What the source is told to write into its log about what is done to its tables: how that is
 * installed there, and what the messages say.
 */
@NullMarked
package io.walferry.ddl;

import org.jspecify.annotations.NullMarked;
