// SPDX-License-Identifier: Apache-2.0
package io.hotbay.health.internal;

import org.osgi.service.component.annotations.ComponentPropertyType;

/** The service properties of a health check; whoever runs checks picks them by these. */
@ComponentPropertyType
@interface TargetCheck {
    /** Put before each property. */
    String PREFIX_ = "hc.";

    /** Its name. */
    String name();

    /** All checks of this bundle have the first tag. */
    String[] tags() default {"hotbay"};
}
