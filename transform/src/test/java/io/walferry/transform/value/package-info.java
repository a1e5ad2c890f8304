@NullMarked
package io.walferry.transform.value;

import org.jspecify.annotations.NullMarked;
