"""The deployment files parse, agree with the program, and keep to what they promise; they are not run here."""

from __future__ import annotations

import configparser
import json
import re
import shlex
import subprocess
import sys
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import kubernetes_validate
import promql_parser
import pytest
import yaml
from prometheus_client import REGISTRY
from typer.main import get_command

import consumers.metrics
import missing_coord.messaging.relay
import missing_coord.web.measured
import schedulers.ticking
from consumers.names import CONSUMERS
from missing_coord.cli.app import app
from missing_coord.domain.messages import ChannelName
from missing_coord.notify.channels import channels_of
from missing_coord.notify.smtp import SmtpMail
from missing_coord.settings import load_settings, variable_names
from tests.habits.source_files import ROOT

DEPLOY = ROOT / "deploy"
KUBERNETES = "1.33"
ROLES = ("web", "consume", "relay", "schedule")
KINDS = {
    "ConfigMap": "v1",
    "Service": "v1",
    "Deployment": "apps/v1",
    "Job": "batch/v1",
    "PodDisruptionBudget": "policy/v1",
    "NetworkPolicy": "networking.k8s.io/v1",
}


def _documents(path: Path) -> list[dict[str, Any]]:
    return [each for each in yaml.safe_load_all(path.read_text(encoding="utf-8")) if each]


def _objects() -> list[dict[str, Any]]:
    return [each for path in sorted((DEPLOY / "kubernetes").glob("*.yaml")) for each in _documents(path)]


def _pods() -> list[dict[str, Any]]:
    return [each["spec"]["template"] for each in _objects() if each["kind"] in ("Deployment", "Job")]


def _compose() -> dict[str, Any]:
    found: dict[str, Any] = yaml.safe_load((DEPLOY / "compose.yaml").read_text(encoding="utf-8"))
    return found


def _is_command(arguments: list[str]) -> bool:
    command: Any = get_command(app)
    for word in arguments:
        if word.startswith("-") or not hasattr(command, "commands"):
            break
        command = command.commands[word]
    return not hasattr(command, "commands")


def test_every_object_for_kubernetes_is_of_a_known_kind_and_has_a_name_of_its_own() -> None:
    assert [each["kind"] for each in _objects() if KINDS.get(each["kind"]) != each["apiVersion"]] == []
    names = [(each["kind"], each["metadata"]["name"]) for each in _objects()]
    assert len(set(names)) == len(names)


def test_every_object_fits_the_schemas_of_kubernetes_with_nothing_unknown_in_it() -> None:
    for each in _objects():
        kubernetes_validate.validate(each, KUBERNETES, strict=True)


def test_the_compose_file_fits_the_schema_of_its_specification() -> None:
    schema = ["--builtin-schema", "vendor.compose-spec"]
    command = [sys.executable, "-m", "check_jsonschema", *schema, str(DEPLOY / "compose.yaml")]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout + done.stderr


def test_every_pod_runs_without_rights_and_runs_a_command_that_there_is() -> None:
    assert len(_pods()) == 7
    for pod in _pods():
        spec = pod["spec"]
        assert spec["securityContext"]["runAsNonRoot"] is True
        for container in spec["containers"]:
            assert container["securityContext"]["readOnlyRootFilesystem"] is True
            assert container["securityContext"]["capabilities"] == {"drop": ["ALL"]}
            assert _is_command(container["args"]), container["args"]


@pytest.mark.parametrize("role", ROLES)
def test_every_role_has_two_replicas_probes_and_a_disruption_budget(role: str) -> None:
    [found] = [
        each
        for each in _objects()
        if each["kind"] == "Deployment" and each["metadata"]["name"].endswith(role)
    ]
    labels = found["spec"]["template"]["metadata"]["labels"]
    assert found["spec"]["replicas"] == 2
    assert found["spec"]["selector"]["matchLabels"] == labels
    [container] = found["spec"]["template"]["spec"]["containers"]
    assert container["readinessProbe"]["httpGet"]["path"] == "/ready"
    assert container["livenessProbe"]["httpGet"]["path"] == "/live"
    budgets = [each["spec"] for each in _objects() if each["kind"] == "PodDisruptionBudget"]
    assert [each["minAvailable"] for each in budgets if each["selector"]["matchLabels"] == labels] == [1]


def test_the_network_is_closed_but_for_what_is_named() -> None:
    policies = {
        each["metadata"]["name"]: each["spec"] for each in _objects() if each["kind"] == "NetworkPolicy"
    }
    closed = policies["missing-coord-nothing-else"]
    assert sorted(closed["policyTypes"]) == ["Egress", "Ingress"]
    assert "ingress" not in closed
    assert "egress" not in closed


def test_those_who_tell_people_reach_the_ways_by_which_they_tell_them() -> None:
    [policy] = [
        each["spec"] for each in _objects() if each["metadata"]["name"] == "missing-coord-tells-people"
    ]
    [among] = policy["podSelector"]["matchExpressions"]
    assert among["values"] == ["schedule", "watchdog"]
    assert {port["port"] for port in policy["egress"][0]["ports"]} == {443, 587, 465}
    secrets = (DEPLOY / "kubernetes/missing-coord.yaml").read_text(encoding="utf-8")
    assert {"MISSING_COORD_SMTP", "MISSING_COORD_NOTIFY_KEY"} <= set(
        re.findall(r"MISSING_COORD_[A-Z_]+", secrets)
    )


def test_the_mail_of_the_trial_goes_to_its_mail_catcher() -> None:
    services = _compose()["services"]
    for role in (*ROLES, "watchdog"):
        settings = load_settings(services[role]["environment"])
        channel = channels_of(settings)[ChannelName.EMAIL]
        assert isinstance(channel, SmtpMail)
        assert urlsplit(channel.server).hostname in services


def test_settings_in_deployment_files_are_settings_of_the_program() -> None:
    named = {
        word
        for path in DEPLOY.rglob("*")
        if path.is_file()
        for word in re.findall(r"MISSING_COORD_[A-Z_]+", path.read_text(encoding="utf-8"))
    }
    assert named - set(variable_names()) == set()


def test_the_trial_has_two_replicas_of_each_role_and_reaches_outside_by_loopback_only() -> None:
    services = _compose()["services"]
    assert {role: services[role]["deploy"]["replicas"] for role in ROLES} == dict.fromkeys(ROLES, 2)
    for name, service in services.items():
        assert all(port.startswith("127.0.0.1:") for port in service.get("ports", [])), name
        assert set(service["networks"]) <= {"inside", "outside"}
        for needed in service.get("depends_on", []):
            assert needed in services
    commands = [each["command"] for each in services.values() if "command" in each]
    assert len(commands) == 7
    assert all(map(_is_command, commands))
    assert services["kafka"]["environment"]["KAFKA_AUTO_CREATE_TOPICS_ENABLE"] == "false"


def test_the_image_is_not_roots_and_copies_only_what_there_is() -> None:
    text = (DEPLOY / "Dockerfile").read_text(encoding="utf-8")
    assert text.index("USER 10001") < text.index("ENTRYPOINT")
    assert "--require-hashes -r requirements-image.lock" in text
    copied = re.findall(r"^COPY (?!--from)(.+) \S+$", text, re.MULTILINE)
    assert all((ROOT / name).exists() for line in copied for name in line.split())


def test_the_image_can_print_and_trace_with_the_versions_that_are_tested() -> None:
    image, tested = (_pins(ROOT / f"requirements-{name}.lock") for name in ("image", "dev"))
    assert {"weasyprint", "opentelemetry-sdk", "opentelemetry-exporter-otlp-proto-http"} <= image.keys()
    assert {name: tested.get(name) for name in image} == image


def _pins(path: Path) -> dict[str, str]:
    return dict(re.findall(r"^([a-z0-9-]+)==([^ ;\\]+)", path.read_text(encoding="utf-8"), re.MULTILINE))


def test_the_unit_starts_the_embedded_default_and_stops_it_politely() -> None:
    unit = configparser.ConfigParser(strict=False, interpolation=None)
    unit.optionxform = str  # type: ignore[assignment,method-assign]
    unit.read(DEPLOY / "missing-coord.service")
    _, *arguments = shlex.split(unit["Service"]["ExecStart"])
    assert _is_command(arguments)
    assert unit["Service"]["NoNewPrivileges"] == "yes"
    assert unit["Install"]["WantedBy"] == "multi-user.target"


def _known_metrics() -> set[str]:
    assert consumers.metrics, missing_coord.messaging.relay
    assert missing_coord.web.measured
    assert schedulers.ticking
    health = (ROOT / "missing_coord/web/health.py").read_text(encoding="utf-8")
    of_web = set(re.findall(r'^    "(\w+)": "', health, re.MULTILINE)) | {
        "interviews_open",
        "database_up",
        "open_streams",
    }
    ours = {name for each in REGISTRY.collect() for name in [each.name, *(one.name for one in each.samples)]}
    counters = {f"{each.name}_total" for each in REGISTRY.collect() if each.type == "counter"}
    histograms = {
        f"{each.name}_{end}"
        for each in REGISTRY.collect()
        if each.type == "histogram"
        for end in ("bucket", "count")
    }
    return ours | counters | histograms | {f"missing_coord_{name}" for name in of_web}


def _asked(expressions: list[str]) -> set[str]:
    return {name for each in expressions for name in re.findall(r"missing_coord_\w+", each)}


def _rules() -> list[dict[str, Any]]:
    groups = yaml.safe_load((DEPLOY / "alerts.yaml").read_text(encoding="utf-8"))["groups"]
    return [rule for group in groups for rule in group["rules"]]


def _expressions() -> list[str]:
    panels = json.loads((DEPLOY / "dashboard.json").read_text(encoding="utf-8"))["panels"]
    return [target["expr"] for panel in panels for target in panel["targets"]]


def test_alerts_and_dashboard_ask_for_metrics_that_there_are() -> None:
    rules = _rules()
    assert all(
        rule["labels"]["severity"] in ("page", "ticket") and rule["annotations"]["summary"] for rule in rules
    )
    asked = _asked([rule["expr"] for rule in rules]) | _asked(_expressions())
    assert asked
    assert asked - _known_metrics() == set()


def test_every_expression_is_promql() -> None:
    for expression in [*(rule["expr"] for rule in _rules()), *_expressions()]:
        promql_parser.parse(expression)


def test_an_alert_knows_of_every_consumer_that_nobody_runs() -> None:
    [rule] = [each for each in _rules() if each["alert"] == "NobodyConsumes"]
    assert set(re.findall(r'consumer="([a-z-]+)"', rule["expr"])) == set(CONSUMERS)


def test_every_alert_says_in_the_documents_what_to_do() -> None:
    told = (ROOT / "docs/reliability.md").read_text(encoding="utf-8")
    rows = {
        name.strip()
        for row in re.findall(r"^\| ([A-Z][A-Za-z, ]+) \|", told, re.MULTILINE)
        for name in row.split(",")
    }
    assert {rule["alert"] for rule in _rules()} - rows == set()
