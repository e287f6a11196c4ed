"""The view class of the API: every subclass declares its permission."""

from typing import Any

from rest_framework.views import APIView


class ApiView(APIView):
    """APIView that must name its `permission_classes` itself."""

    def __init_subclass__(cls, **kwargs: Any) -> None:
        super().__init_subclass__(**kwargs)
        if "permission_classes" not in vars(cls):
            raise TypeError(f"{cls.__name__} declares no permission_classes")
