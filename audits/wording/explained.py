"""Says an explanation in words and written numbers: what page and paper show of it alike."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any

from audits.wording.contributions import bin_name, contribution, group_name, scale, standing
from audits.wording.explanation import DIRECTIONS, EXPLAINERS, RANGE, STRENGTHS
from audits.wording.voices import Voice

__all__ = ["Voice", "told"]

Facts = Mapping[str, Any]

# Features listed; the file holds them all.
MOST_FEATURES = 25
MOST_DIFFERENCES = 5


def told(content: Facts, voice: Voice) -> dict[str, Any]:
    """Return everything that is shown of an explanation beside its charts, as text."""
    number = contribution(content, voice)
    quality = content.get("quality") or {}
    return {
        "scale": scale(content, voice),
        "base": number((content.get("explained") or {}).get("base") or 0.0),
        "explainer": voice.translate(
            EXPLAINERS.get(quality.get("explainer", ""), str(quality.get("explainer", "–")))
        ),
        "quality": quality,
        "measures": [_measure(one, voice) for one in content.get("measures") or []],
        "features": [_feature(one, number, voice) for one in _listed(content)],
        "features_left_out": max(0, len(content.get("features") or []) - MOST_FEATURES),
        "summary": [_bins(one, number, voice) for one in content.get("summary") or []],
        "dependence": [_bins(one, number, voice) for one in content.get("dependence") or []],
        "cases": [_case(one, content, number, voice) for one in content.get("cases") or []],
        "cases_withheld": content.get("cases_withheld", 0),
        "by_group": [_attribute(one, number, voice) for one in content.get("by_group") or []],
        "proxies": [_proxy(one, voice) for one in content.get("proxies") or []],
    }


def _listed(content: Facts) -> Sequence[Facts]:
    features: Sequence[Facts] = content.get("features") or []
    return features[:MOST_FEATURES]


def _interval(figure: Facts, number: Callable[[float], str], voice: Voice) -> str:
    if figure.get("low") is None or figure.get("high") is None:
        return ""
    return voice.translate(RANGE) % {"low": number(figure["low"]), "high": number(figure["high"])}


def _measure(figure: Facts, voice: Voice) -> dict[str, Any]:
    """Return a figure on a scale of its own, with three decimals; tiny ones by their power."""
    value = figure.get("value")
    if figure["name"] == "additivity_residual":
        return {**figure, "text": "–" if value is None else f"{value:.1e}", "between": ""}
    return {
        **figure,
        "text": "–" if value is None else voice.write(value, 3),
        "between": _interval(figure, lambda end: voice.write(end, 3), voice),
    }


def _share(value: float | None, voice: Voice) -> str:
    return "–" if value is None else f"{voice.write(100 * value, 1)} %"


def _feature(one: Facts, number: Callable[[float], str], voice: Voice) -> dict[str, Any]:
    figure, direction = one["importance"], one.get("direction", "")
    return {
        "name": one["name"],
        "rank": one["rank"],
        "importance": "–" if figure["value"] is None else number(figure["value"]),
        "interval": _interval(figure, number, voice),
        "share": _share(one["share"]["value"], voice),
        "direction": voice.translate(DIRECTIONS[direction]) if direction in DIRECTIONS else "",
    }


def _bins(one: Facts, number: Callable[[float], str], voice: Voice) -> dict[str, Any]:
    return {
        "feature": one["feature"],
        "bins": [
            {
                "name": bin_name(part, voice),
                "rows": voice.count(part["rows"]),
                "mean": "–" if part.get("mean") is None else number(part["mean"]),
                "half": ""
                if part.get("mean") is None
                else _interval({"low": part["low_25"], "high": part["high_75"]}, number, voice),
                "most": ""
                if part.get("mean") is None
                else _interval({"low": part["low_5"], "high": part["high_95"]}, number, voice),
            }
            for part in one["bins"]
        ],
    }


def _case(
    case: Facts, content: Facts, number: Callable[[float], str], voice: Voice
) -> dict[str, Any]:
    selected, threshold = case.get("selected"), content["scored"].get("threshold")
    return {
        "row": case["row"],
        "score": voice.value(case["score"]),
        "output": case.get("output", ""),
        "base": number(case["base"]),
        "selected": selected,
        "threshold": None if threshold is None else voice.value(threshold),
        "additivity": f"{case['additivity']:.1e}",
        "reasons": [_reason(one, number, voice) for one in case["reasons"]],
        "contributions": [
            {
                "feature": one["feature"],
                "value": standing(one["standing"], voice),
                "shap": number(one["shap"]),
            }
            for one in case["contributions"][:MOST_FEATURES]
        ],
    }


def _reason(one: Facts, number: Callable[[float], str], voice: Voice) -> str:
    params = one["params"]
    return voice.translate(one["message"]) % {
        "feature": params["feature"],
        "standing": standing(params["standing"], voice),
        "usual": voice.text(params["usual"]),
        "points": number(params["points"]),
    }


def _attribute(one: Facts, number: Callable[[float], str], voice: Voice) -> dict[str, Any]:
    groups = one["groups"]
    names = next(
        ([part["name"] for part in group["features"]] for group in groups if group["features"]), []
    )
    return {
        "name": one["attribute"],
        "comparisons": one.get("comparisons", 0),
        "groups_left_out": one.get("groups_left_out", 0),
        "features": names[:MOST_DIFFERENCES],
        "groups": [
            {
                "name": group_name(group, voice),
                "rows": voice.count(group["count"]),
                "too_few": group["too_few"],
                "features": _in_group(group, names[:MOST_DIFFERENCES], number),
            }
            for group in groups
        ],
        "differences": _differences(groups, number, voice),
    }


def _in_group(
    group: Facts, names: Sequence[str], number: Callable[[float], str]
) -> list[dict[str, str]]:
    found = {one["name"]: one for one in group["features"]}
    return [
        {
            "importance": number(found[name]["importance"]["value"]),
            "mean": number(found[name]["mean_signed"]),
        }
        if name in found and found[name]["importance"]["value"] is not None
        else {"importance": "–", "mean": "–"}
        for name in names
    ]


def _differences(
    groups: Sequence[Facts], number: Callable[[float], str], voice: Voice
) -> list[dict[str, Any]]:
    """Return the largest differences over all groups; clear are those whose interval has no 0."""
    compared = [group for group in groups if group["differences"]]
    if len(compared) == 2:
        # What one of two has more, the other has less.
        compared = compared[1:]
    found = [(group, one) for group in compared for one in group["differences"]]
    found = [pair for pair in found if pair[1]["value"] is not None]
    found.sort(key=lambda pair: -abs(pair[1]["value"]))
    return [
        {
            "group": group_name(group, voice),
            "feature": one["feature"],
            "value": number(one["value"]),
            "interval": _interval(one, number, voice),
            "is_clear": one["low"] is not None and (one["low"] > 0 or one["high"] < 0),
        }
        for group, one in found[:MOST_DIFFERENCES]
    ]


def _proxy(one: Facts, voice: Voice) -> dict[str, Any]:
    return {
        "name": one["attribute"],
        "auc": _measure(one["auc"], voice),
        "among_features": one["among_features"],
        "groups": one["groups"],
        "left_out": one["left_out"],
        "rows": voice.count(one["rows"]),
        "single": [
            {
                "feature": single["feature"],
                "strength": voice.write(single["strength"], 3),
                "measure": voice.translate(STRENGTHS[single["measure"]]),
            }
            for single in one["single"]
        ],
    }
