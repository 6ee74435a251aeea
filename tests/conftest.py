"""Settings of all tests: property tests run the same examples every time, so that CI does not depend on luck."""

from hypothesis import HealthCheck, settings

settings.register_profile(
    "ci", derandomize=True, deadline=None, max_examples=60, suppress_health_check=[HealthCheck.too_slow]
)
settings.register_profile("deep", parent=settings.get_profile("ci"), derandomize=False, max_examples=2_000)
settings.load_profile("ci")
