"""OpenAPI 3.1 document of the service."""

from importlib.metadata import version

from photorank.typing import Json

_NUMBER = {"type": ["number", "null"]}
_TEXT = {"type": ["string", "null"]}
_SCORE: Json = {
    "name": {"type": "string", "description": "The photo's file name, as the client sent it."},
    "rating": _NUMBER,
    "percentile": _NUMBER | {"description": "0 to 100, among the index's photos."},
    "stars": {"type": ["integer", "null"], "minimum": 1, "maximum": 5},
    "error": _TEXT | {"description": "Why the photo cannot be rated."},
}
_VERSIONS: Json = {
    "type": "object",
    "description": "Names and versions of all that the answer rests on.",
    "required": ["photorank", "index", "photos", "encoder", "fingerprint", "vector",
                 "vector_version", "scale_version"],
    "properties": {
        "photorank": {"type": "string"},
        "index": {"type": "string"},
        "photos": {"type": "integer", "description": "Of the index."},
        "encoder": {"type": "string"},
        "fingerprint": {"type": "object"},
        "vector": {"type": "string"},
        "vector_version": {"type": "string"},
        "scale_version": {
            "type": "string",
            "description": "Changes where percentiles and stars are no longer comparable.",
        },
    },
}  # fmt: skip


def _object(properties: Json, also: tuple[str, ...] = ()) -> Json:
    """JSON schema of an object that requires all of its properties and allows no others."""
    known = properties | dict.fromkeys(also, _VERSIONS)
    return {
        "type": "object",
        "properties": known,
        "required": list(known),
        "additionalProperties": False,
    }


def _list(item: Json) -> Json:
    return {"type": "array", "items": item}


_PROBABILITY: Json = {"probability": {"type": "number", "minimum": 0, "maximum": 1}}
_PLACE: Json = {"position": {"type": "integer", "description": "In the request, from 0."}}

SCHEMAS: dict[str, Json] = {
    "Refusal": _object({"error": {"type": "string"}, "next": {"type": "string"}}),
    "Rating": _object(
        {
            "photos": _list(
                _object(
                    _SCORE
                    | {
                        "batch_percentile": _NUMBER,
                        "batch_rank": {"type": ["integer", "null"], "minimum": 1},
                    }
                )
            )
        },
        ("versions",),
    ),
    "Comparison": _object(
        {
            "calibrated": {"type": "boolean"},
            "reason": {"type": "string"},
            "first": _object(_SCORE | _PROBABILITY),
            "second": _object(_SCORE | _PROBABILITY),
        },
        ("versions",),
    ),
    "Album": _object(
        {
            "places": {"type": "integer"},
            "chosen": _list(_object(_PLACE | _SCORE | {"gain": {"type": "number"}})),
            "value": {"type": "number"},
            "bound": {"type": "number", "description": "No album of the batch exceeds it."},
            "unusable": _list(
                _object(_PLACE | {"name": {"type": "string"}, "error": {"type": "string"}})
            ),
        },
        ("versions",),
    ),
    "Vectors": _object(
        {
            "index": {"type": "string"},
            "default": {"type": "string"},
            "vectors": _list(
                _object(
                    {
                        "name": {"type": "string"},
                        "kind": {"type": "string"},
                        "version": {"type": "string"},
                        "calibrated": {"type": "boolean"},
                    }
                )
            ),
        }
    ),
    "Health": _object({"status": {"type": "string"}}),
}

_REFUSED = {
    400: "The form cannot be read, or has no photo.",
    401: "A token is needed.",
    404: "There is no such vector.",
    408: "The upload was too slow.",
    413: "Too many photos or bytes.",
    415: "Not multipart/form-data.",
    422: "A photo that is needed cannot be used.",
    429: "Too many requests are at work.",
    503: "Not done in time.",
}
_VECTOR: Json = {
    "name": "vector",
    "in": "query",
    "schema": {"type": "string"},
    "description": "The master-vector to rate by. Default: the one the service began with.",
}
_PLACES: Json = {
    "name": "places",
    "in": "query",
    "required": True,
    "schema": {"type": "integer", "minimum": 1},
    "description": "How many photos the album has.",
}


def description() -> Json:
    """OpenAPI document of the service, as a dict."""
    return {
        "openapi": "3.1.0",
        "info": {"title": "photorank", "version": version("photorank")},
        "paths": {
            "/v1/rate": _upload("Rate photos.", "Rating", [_VECTOR]),
            "/v1/compare": _upload("Compare two photos.", "Comparison", [_VECTOR]),
            "/v1/album": _upload("Choose photos for an album.", "Album", [_VECTOR, _PLACES]),
            "/v1/vectors": _get("List the index's vectors.", "Vectors"),
            "/healthz": _get("Tell whether the service answers.", "Health", security=[]),
            "/metrics": {
                "get": {
                    "summary": "Tell numbers, for Prometheus.",
                    "responses": {"200": {"description": "Prometheus' text format."}},
                }
            },
        },
        "components": {
            "schemas": SCHEMAS,
            "securitySchemes": {"token": {"type": "http", "scheme": "bearer"}},
        },
        "security": [{"token": []}],
    }


def _upload(summary: str, answer: str, parameters: list[Json]) -> Json:
    photo = {"type": "array", "items": {"type": "string", "format": "binary"}}
    form = {"schema": {"type": "object", "properties": {"photo": photo}, "required": ["photo"]}}
    return {
        "post": {
            "summary": summary,
            "parameters": parameters,
            "requestBody": {"required": True, "content": {"multipart/form-data": form}},
            "responses": {
                "200": _json("The answer.", answer),
                **{str(status): _json(why, "Refusal") for status, why in _REFUSED.items()},
            },
        }
    }


def _get(summary: str, answer: str, **more: list[Json]) -> Json:
    return {"get": {"summary": summary, "responses": {"200": _json("The answer.", answer)}, **more}}


def _json(what: str, schema: str) -> Json:
    content = {"application/json": {"schema": {"$ref": f"#/components/schemas/{schema}"}}}
    return {"description": what, "content": content}
