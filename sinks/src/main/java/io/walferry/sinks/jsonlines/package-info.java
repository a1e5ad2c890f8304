/** Lines of JSON in a file or on standard output as a destination. */
@NullMarked
package io.walferry.sinks.jsonlines;

import org.jspecify.annotations.NullMarked;
