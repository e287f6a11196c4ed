"""The view class of the API: every subclass declares its permission."""

from typing import Any

from rest_framework.exceptions import MethodNotAllowed
from rest_framework.request import Request
from rest_framework.views import APIView


class ApiView(APIView):
    """APIView that must name its `permission_classes` itself."""

    def __init_subclass__(cls, **kwargs: Any) -> None:
        super().__init_subclass__(**kwargs)
        if "permission_classes" not in vars(cls):
            raise TypeError(f"{cls.__name__} declares no permission_classes")

    def initial(self, request: Request, *args: Any, **kwargs: Any) -> None:
        """Answer 405 to everybody for a method that nobody can use here, signed in or not."""
        method = (request.method or "").lower()
        if method not in self.http_method_names or not hasattr(self, method):
            raise MethodNotAllowed(request.method or "")
        super().initial(request, *args, **kwargs)
