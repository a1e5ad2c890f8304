@NullMarked
package io.walferry.sinks.jsonlines;

import org.jspecify.annotations.NullMarked;
